import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { IconButton } from '../kit/button.js';
import { Icon } from '../kit/icons.js';
import { findRoute } from '../lib/router.js';
import { useApp } from './context.js';
import { Missing } from './missing.js';
import { Overlays } from './overlays.js';
import { pages } from './pages.js';
import { Sidebar } from './sidebar.js';
import { Slot } from './slot.js';

/** What is around every page: the way past everything, the environment in words, the sidebar, the page. */
export function Frame() {
  const { t, place, environment, isAway, api } = useApp();
  const [drawer, setDrawer] = useState(false);
  const [overlay, setOverlay] = useState(null);
  const main = useRef(null);
  const opener = useRef(null);
  const open = (event) => {
    opener.current = event.currentTarget;
    setDrawer(true);
  };
  const found = findRoute(pages, place.path);
  useEffect(() => {
    setDrawer(false);
    window.scrollTo(0, 0);
  }, [place.path]);
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t('frame.skip')}</a>
    <div class="frame">
      <${EnvironmentBand} />
      ${isAway && html`<div class="away" role="alert"><${Icon} name="offline" /><span>${t('away.banner')}</span><button type="button" class="button small" onClick=${api.probe}>${t('kit.again')}</button></div>`}
      <header class="topbar" inert=${drawer}>
        <${IconButton} icon="menu" label=${t('frame.menu')} aria-expanded=${String(drawer)} onClick=${open} />
        <a class="brand" href="#/"><span class="mark" aria-hidden="true"></span>Magpie</a>
        <${IconButton} icon="search" label=${t('frame.palette')} onClick=${() => setOverlay('palette')} />
      </header>
      <${Sidebar} active=${found?.route.nav} drawer=${drawer} opener=${opener} onClose=${() => setDrawer(false)} onPalette=${() => setOverlay('palette')} onHelp=${() => setOverlay('help')} />
      <main class="main" id="main" ref=${main} tabIndex="-1" inert=${drawer}>
        ${found ? html`<${Slot} key=${`${environment} ${place.path}`} page=${found.route} params=${found.params} query=${place.query} />` : html`<${Missing} />`}
      </main>
    </div>
    <${Overlays} shown=${overlay} show=${setOverlay} />`;
}

function EnvironmentBand() {
  const { t, environment } = useApp();
  return html`
    <section class="band" aria-label=${t('environment')}>
      <strong>${t(`environment.${environment}`)}</strong><span class="band-words">${t(`environment.${environment}.text`)}</span>
    </section>`;
}
