import { html } from '../../vendor/preact.js';
import { Chart } from '../../kit/chart.js';
import { useApp } from '../context.js';

const day = 86_400;

function useAxis(step) {
  const { format } = useApp();
  return (time) => (step >= day ? format.dayShort(time) : step >= 3_600 ? `${format.dayShort(time)} ${format.clock(time)}` : format.clock(time));
}

/** Calls as columns with the errors in front of them. */
export function CallsChart({ series, step, totals }) {
  const { t, format } = useApp();
  const showTime = useAxis(step);
  return html`<${Chart} bars label=${t('overview.chart.calls')} summary=${t('overview.chart.calls.summary', { calls: format.number(totals.calls), errors: format.number(totals.errors) })}
    times=${series.map(({ at }) => at)} show=${(value) => format.short(value)} showTime=${showTime}
    series=${[{ label: t('overview.chart.all'), tone: 1, values: series.map(({ calls }) => calls) }, { label: t('overview.chart.errors'), tone: 2, values: series.map(({ errors }) => errors) }]} />`;
}

/** How long half of the calls take, and nearly all. */
export function LatencyChart({ series, step, totals }) {
  const { t, format } = useApp();
  const showTime = useAxis(step);
  const ms = (value) => (value === null || value === undefined ? '—' : format.duration(value));
  return html`<${Chart} label=${t('overview.chart.latency')} summary=${t('overview.chart.latency.summary', { p50: ms(totals.p50Ms), p95: ms(totals.p95Ms) })}
    times=${series.map(({ at }) => at)} show=${(value) => (value === 0 ? '0' : format.duration(value))} showTime=${showTime}
    series=${[{ label: t('overview.chart.p50'), tone: 1, values: series.map(({ p50Ms }) => p50Ms ?? null) }, { label: t('overview.chart.p95'), tone: 3, values: series.map(({ p95Ms }) => p95Ms ?? null) }]} />`;
}
