import { html, useEffect, useState } from '../../vendor/preact.js';
import { Spinner } from '../../kit/spinner.js';
import { State } from '../../kit/empty.js';
import { headingId, useApp } from '../context.js';

/** Nothing for a moment, then a sign that something is going on. */
export function Loading() {
  const { t } = useApp();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return html`
    <div class="view ${late ? '' : 'unready'}" aria-busy="true">
      <${State} headingId=${headingId} figure=${html`<${Spinner} class="large" />`} title=${t('loading.title')}><//>
    </div>`;
}
