/** Round marks for an axis from 0 to at least `max`: `{top, marks}`, with `count` steps or a few more or fewer. */
export function niceScale(max, count = 4) {
  if (!(max > 0)) return { top: 1, marks: [0, 1] };
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const steps = Math.ceil(max / step - 1e-9);
  return { top: steps * step, marks: Array.from({ length: steps + 1 }, (_, at) => Number((at * step).toPrecision(12))) };
}

/** The path of a line through `[x, y]` points; a point that is `null` is a gap. A lone point is a short dash. */
export function linePath(points) {
  let path = '';
  for (const [at, point] of points.entries()) {
    if (!point) continue;
    const [x, y] = point.map((each) => Math.round(each * 10) / 10);
    path += points[at - 1] ? `L${x} ${y}` : `M${x} ${y}`;
    if (!points[at - 1] && !points[at + 1]) path += 'h.1';
  }
  return path;
}

/** The places of at most `most` labels among `length` points, evenly. */
export function labelPlaces(length, most) {
  const step = Math.max(1, Math.ceil(length / Math.max(1, most)));
  return Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step);
}
