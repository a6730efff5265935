import { html } from '../vendor/preact.js';
import { isUnreachable } from './api.js';
import { useApp, useLoad } from './context.js';
import { firstSession } from './early.js';
import { Slot } from './slot.js';
import { Button } from '../kit/button.js';
import { Failed } from '../kit/load.js';
import { Icon } from '../kit/icons.js';

const page = (name) => ({ path: '', name, words: 'doors', load: () => import(`./pages/${name}.js`) });
const doors = { signIn: page('sign-in'), setUp: page('set-up'), join: page('join'), first: page('first') };

/** Whether an address is for who comes in by a link: whoever is signed in may, too, and is somebody else then. */
export const isDoor = (path) => path === '/setup' || path === '/join';

/** What is seen by who is not signed in, or not yet known to be. */
export function Doors() {
  const { t, api, session, enter, place, explain, isAway } = useApp();
  const asked = useLoad(async () => enter((await firstSession()) ?? (await api.get('/admin/api/session'))));
  const which = place.path === '/setup' ? 'setUp' : place.path === '/join' ? 'join' : session?.needsSetUp ? 'first' : 'signIn';
  if (session) return html`<main class="door"><${Brand} /><${Slot} key=${which} page=${doors[which]} params=${{}} query=${place.query} /></main>`;
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
