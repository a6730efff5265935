import { html, useRef } from '../vendor/preact.js';
import { isUnreachable } from './api.js';
import { useApp, useLoad } from './context.js';
import { doorOf } from './pages.js';
import { Slot } from './slot.js';
import { Button } from '../kit/button.js';
import { Failed } from '../kit/load.js';
import { Icon } from '../kit/icons.js';

/** What is seen by who is not signed in, or not yet known to be. */
export function Doors() {
  const { t, api, session, enter, place, explain, isAway } = useApp();
  // What is known at first is new enough; later, when the server has been away, another may be in its place.
  const known = useRef(session);
  const asked = useLoad(async () => {
    const isKnown = known.current;
    known.current = null;
    if (!isKnown) enter(await api.get('/admin/api/session'));
  });
  if (session) {
    const door = doorOf(session, place.path);
    return html`<main class="door"><${Brand} /><${Slot} key=${door.name} page=${door} params=${{}} query=${place.query} /></main>`;
  }
  if (asked.state !== 'failed') return html`<main class="door" aria-busy="true"></main>`;
  const unreachable = isAway || isUnreachable(asked.error);
  return html`
    <main class="door"><${Brand} />
      <div class="door-card">${unreachable
        ? html`<div class="blank" role="alert"><div class="disc warning"><${Icon} name="offline" /></div><h1>${t('away.title')}</h1><p>${t('away.text')}</p>
            <${Button} icon="refresh" onClick=${asked.again}>${t('kit.again')}<//></div>`
        : html`<${Failed} error=${asked.error} explain=${explain} again=${asked.again} />`}</div>
    </main>`;
}

export function Brand() {
  return html`<p class="door-brand"><span class="mark" aria-hidden="true"></span>Magpie</p>`;
}
