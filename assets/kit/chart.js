import { html, useEffect, useId, useRef, useState } from '../vendor/preact.js';
import { labelPlaces, linePath, niceScale } from '../lib/scale.js';
import { useWords } from './words.js';

const edge = { above: 10, below: 24, after: 12 };

/**
 * Values over time as lines or, with `bars`, as columns. `times` are the places, a series is `{label, values, tone}` with `tone`
 * 1, 2 or 3 and `null` where nothing is known. `show(value)` writes a value, `showTime(time)` a place. The legend has the
 * values of the place that is pointed at. Everything is in a table as well.
 */
export function Chart({ label, times, series, bars = false, show = String, showTime, height = 190, summary }) {
  const { t } = useWords();
  const id = useId();
  const [box, width] = useWidth();
  const [at, point] = useState(null);
  const { top, marks } = niceScale(Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const before = 16 + 7 * Math.max(...marks.map((mark) => show(mark).length));
  const isEmpty = series.every(({ values }) => values.every((value) => !value));
  const [innerWidth, innerHeight] = [Math.max(1, width - before - edge.after), height - edge.above - edge.below];
  const step = innerWidth / Math.max(1, bars ? times.length : times.length - 1);
  const x = (place) => before + (bars ? (place + 0.5) * step : place * step);
  const y = (value) => edge.above + innerHeight * (1 - value / top);
  const follow = (event) => {
    const from = event.currentTarget.getBoundingClientRect().left;
    const place = Math.round((event.clientX - from - x(0)) / step);
    point(place >= 0 && place < times.length ? place : null);
  };
  return html`
    <figure class="chart" ref=${box} aria-labelledby=${id}>
      <figcaption class="chart-head">
        <span id=${id} class="chart-label">${label}</span>
        <span class="chart-legend">
          ${at !== null && html`<span class="quiet">${showTime(times[at])}</span>`}
          ${series.map(({ label, values, tone }) => html`<span key=${label} class="chart-key tone-${tone}"><span class="swatch"></span>${label}${at !== null && html` <strong>${values[at] === null ? '—' : show(values[at])}</strong>`}</span>`)}
        </span>
      </figcaption>
      ${width > 0 && html`
        <svg width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${summary ?? label} dir="ltr" onPointerMove=${follow} onPointerLeave=${() => point(null)}>
          ${marks.map((mark) => html`<g key=${mark}><line class="grid" x1=${before} x2=${width - edge.after} y1=${y(mark)} y2=${y(mark)} />
            <text class="axis" x=${before - 8} y=${y(mark) + 4} text-anchor="end">${show(mark)}</text></g>`)}
          ${labelPlaces(times.length, innerWidth / 90).map((place) => html`<text key=${place} class="axis" x=${within(x(place), width)} y=${height - 6} text-anchor="middle">${showTime(times[place])}</text>`)}
          ${isEmpty && html`<text class="axis" x=${before + innerWidth / 2} y=${edge.above + innerHeight / 2} text-anchor="middle">${t('kit.chart.none')}</text>`}
          ${at !== null && html`<line class="cursor" x1=${x(at)} x2=${x(at)} y1=${edge.above} y2=${edge.above + innerHeight} />`}
          ${bars
            ? series.map(({ values, tone, label }) => html`<g key=${label} class="columns tone-${tone}">${values.map((value, place) => value > 0 && html`<rect key=${place} x=${x(place) - step * 0.36} width=${step * 0.72} y=${y(value)} height=${y(0) - y(value)} rx="1.5" />`)}</g>`)
            : series.map(({ values, tone, label }) => html`<g key=${label} class="tone-${tone}">${lonely(values).map((place) => html`<circle key=${place} class="lonely" cx=${x(place)} cy=${y(values[place])} r="3" />`)}</g><path key=${label} class="line tone-${tone}" d=${linePath(values.map((value, place) => (value === null ? null : [x(place), y(value)])))} />`)}
        </svg>`}
      <${AsTable} times=${times} series=${series} show=${show} showTime=${showTime} label=${label} words=${t} />
    </figure>`;
}

/* A label at an edge is moved inwards: a part of it would be cut off. */
const within = (x, width) => Math.min(Math.max(x, 34), width - 34);

/* Where a value stands alone: no line leads there. */
const isKnown = (value) => value !== null && value !== undefined;
const lonely = (values) => values.flatMap((value, place) => (isKnown(value) && !isKnown(values[place - 1]) && !isKnown(values[place + 1]) ? [place] : []));

function AsTable({ times, series, show, showTime, label, words }) {
  const [open, setOpen] = useState(false);
  return html`
    <details class="chart-table" onToggle=${(event) => setOpen(event.target.open)}>
      <summary class="small quiet">${words('kit.chart.table')}</summary>
      ${open && html`
        <div class="chart-scroll" tabIndex="0" role="region" aria-label=${label}>
          <table class="table"><thead><tr><th scope="col">${words('kit.chart.time')}</th>${series.map(({ label }) => html`<th key=${label} scope="col" class="end">${label}</th>`)}</tr></thead>
            <tbody>${times.map((time, at) => html`<tr key=${time}><th scope="row">${showTime(time)}</th>${series.map(({ label, values }) => html`<td key=${label} class="end">${values[at] === null ? '—' : show(values[at])}</td>`)}</tr>`)}</tbody></table>
        </div>`}
    </details>`;
}

function useWidth() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  return [box, width];
}

/** A share of a whole as a bar beside its number: only to be seen. */
export function Bar({ share, tone = 1 }) {
  return html`<svg class="bar-of tone-${tone}" width="100%" height="6" aria-hidden="true"><rect class="whole-bar" width="100%" height="6" rx="3" /><rect width=${`${Math.max(0, Math.min(1, share)) * 100}%`} height="6" rx="3" /></svg>`;
}
