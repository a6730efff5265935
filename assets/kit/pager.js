import { html } from '../vendor/preact.js';
import { Button, IconButton } from './button.js';
import { Select } from './select.js';
import { useWords } from './words.js';

/** Goes through pages by `skip` and `limit` of `total`; `onPage({skip, limit})`. With one page it only counts. */
export function Pager({ skip, limit, total, onPage, sizes = [25, 50, 100] }) {
  const { t, format } = useWords();
  const from = total === 0 ? 0 : skip + 1;
  const to = Math.min(skip + limit, total);
  const words = t('kit.pager.range', { from: format.number(from), to: format.number(to), total: format.number(total) });
  return html`
    <nav class="pager" aria-label=${t('kit.pager')}>
      <p class="quiet small" aria-live="polite">${words}</p>
      ${total > Math.min(...sizes) && html`
        <div class="pager-controls">
          <${Select} label=${t('kit.pager.size')} value=${String(limit)} options=${sizes.map((size) => ({ value: String(size), label: t('kit.pager.rows', { count: size }) }))}
            onValue=${(value) => onPage({ skip: 0, limit: Number(value) })} />
          <${IconButton} icon="back" label=${t('kit.pager.previous')} aria-disabled=${skip === 0 ? 'true' : undefined} onClick=${() => skip > 0 && onPage({ skip: Math.max(0, skip - limit), limit })} />
          <${IconButton} icon="forward" label=${t('kit.pager.next')} aria-disabled=${to >= total ? 'true' : undefined} onClick=${() => to < total && onPage({ skip: skip + limit, limit })} />
        </div>`}
    </nav>`;
}

/** For lists that only know what comes next. */
export function More({ hasMore, busy, onMore, count }) {
  const { t, format } = useWords();
  return html`
    <div class="pager">
      <p class="quiet small" aria-live="polite">${count !== undefined && t(hasMore ? 'kit.more.shown' : 'kit.more.all', { count: format.number(count) })}</p>
      ${hasMore && html`<${Button} busy=${busy} onClick=${onMore}>${t('kit.more')}<//>`}
    </div>`;
}
