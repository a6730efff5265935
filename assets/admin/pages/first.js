import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Copyable } from '../../kit/copy.js';
import { useAct, useApp } from '../context.js';
import { Door } from '../parts/door.js';

/** Nobody is there yet, and this person came without the link. */
export default function First() {
  const { t, reload } = useApp();
  const look = useAct(reload);
  return html`
    <${Door} title=${t('first.title')} lead=${t('first.lead')}>
      <p>${t('first.text')}</p>
      <div class="stack"><p class="quiet small">${t('first.lost')}</p><${Copyable} text="magpie admin link" /></div>
      <${Button} class="wide" icon="refresh" busy=${look.busy} onClick=${look.run}>${t('first.again')}<//>
    <//>`;
}
