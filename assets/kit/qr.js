import { html } from '../vendor/preact.js';
import { qrCode } from '../lib/qr.js';

const quiet = 4;

/** A QR code of `text`, dark on light in every theme: cameras want it so. `label` says what it is for. */
export function Qr({ text, label }) {
  const rows = qrCode(text);
  const size = rows.length + 2 * quiet;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : ''))).join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges"><path d=${path} /></svg>`;
}
