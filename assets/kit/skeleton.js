import { html } from '../vendor/preact.js';
import { useWords } from './words.js';

/** Where something will be: so many lines of text. */
export function SkeletonLines({ count = 3 }) {
  return html`<${Skeleton}>${Array.from({ length: count }, (_, at) => html`<div key=${at} class="bone line"></div>`)}<//>`;
}

/** Where a table will be. */
export function SkeletonTable({ rows = 6 }) {
  return html`<${Skeleton}>${Array.from({ length: rows }, (_, at) => html`<div key=${at} class="bone row"></div>`)}<//>`;
}

/** Where cards will be. */
export function SkeletonCards({ count = 6 }) {
  return html`<${Skeleton} class="cards">${Array.from({ length: count }, (_, at) => html`<div key=${at} class="bone card-bone"></div>`)}<//>`;
}

export function Skeleton({ children, class: extra = '' }) {
  const { t } = useWords();
  return html`<div class="skeleton ${extra}"><span class="unseen" role="status">${t('kit.loading')}</span>${children}</div>`;
}
