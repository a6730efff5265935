import { html } from '../vendor/preact.js';

/* Strokes on a grid of 20: one weight, round ends. */
const paths = {
  back: 'M12 4.5 6.5 10l5.5 5.5',
  forward: 'm8 4.5 5.5 5.5L8 15.5',
  down: 'm5 7.5 5 5 5-5',
  close: 'm5 5 10 10M15 5 5 15',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  check: 'm4 10.5 4 4 8-9',
  eye: 'M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10ZM10 12.25a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5Z',
  'eye-off': 'M8 4.7a8 8 0 0 1 2-.2c5 0 8 5.5 8 5.5a14 14 0 0 1-2 2.6M5 6.3A13.6 13.6 0 0 0 2 10s3 5.5 8 5.5a8 8 0 0 0 4.6-1.5M8.3 8.5a2.25 2.25 0 0 0 3.1 3.1M3 3l14 14',
  warning: 'M10 7v4M10 13.9v.1M8.7 3.6 2.3 14.7A1.5 1.5 0 0 0 3.6 17h12.8a1.5 1.5 0 0 0 1.3-2.3L11.3 3.6a1.5 1.5 0 0 0-2.6 0Z',
  info: 'M10 9v5M10 6.2v.1M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15Z',
  outside: 'M8 4.5H5A1.5 1.5 0 0 0 3.5 6v9A1.5 1.5 0 0 0 5 16.5h9a1.5 1.5 0 0 0 1.5-1.5v-3M11.5 3.5h5v5M16 4l-7 7',
  window: 'M4 4h12a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 16 16H4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 4ZM2.5 8h15',
  unplugged: 'M7.5 2.5v3M12.5 2.5v3M5 5.5h10v3a5 5 0 0 1-4 4.9M5 5.5v3a5 5 0 0 0 1.2 3.2M10 13.5v4M3 3l14 14',
  clock: 'M10 5.5V10l3 2M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15Z',
  offline: 'M2.5 7.5a11 11 0 0 1 4-2.4M17.5 7.5a11 11 0 0 0-7.5-3M5 10.5a7.5 7.5 0 0 1 3-1.8M15 10.5a7.5 7.5 0 0 0-2-1.5M10 15.4v.1M3 3l14 14',
  shield: 'M10 2.5 4 5v4.5c0 3.7 2.5 6.8 6 8 3.5-1.2 6-4.3 6-8V5l-6-2.5ZM7.3 10l2 2 3.5-3.8',
};

/** A sign beside words; it says nothing to a screen reader. Those in `turning` point along the text. */
export function Icon({ name, class: extra = '' }) {
  const turns = turning.has(name) ? 'turns' : '';
  return html`
    <svg class="icon ${turns} ${extra}" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d=${paths[name]} />
    </svg>`;
}

const turning = new Set(['back', 'forward', 'outside']);
