import { html, useEffect, useRef } from '../vendor/preact.js';
import { IconButton } from '../kit/button.js';
import { Icon } from '../kit/icons.js';
import { Menu } from '../kit/menu.js';
import { useApp } from './context.js';
import { navigation, pages } from './pages.js';

/** Where one can go, and at its foot where one is: the environment and the person. On small screens a drawer. */
export function Sidebar({ active, drawer, opener, onClose, onPalette, onHelp }) {
  const { t } = useApp();
  const aside = useDrawer(drawer, opener, onClose);
  return html`
    <div class="scrim" hidden=${!drawer} onClick=${onClose}></div>
    <aside class="sidebar ${drawer ? 'open' : ''}" ref=${aside}>
      <div class="sidebar-head">
        <a class="brand" href="#/"><span class="mark" aria-hidden="true"></span>Magpie</a>
        <${IconButton} class="drawer-only" icon="close" label=${t('kit.close')} onClick=${onClose} />
      </div>
      <button type="button" class="palette-button" onClick=${onPalette} aria-keyshortcuts="Control+K Meta+K">
        <${Icon} name="search" /><span>${t('frame.find')}</span><kbd>${isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <nav aria-label=${t('frame.navigation')}>
        ${navigation.map(({ label, items }) => html`
          <div class="nav-group" key=${label ?? 'top'} role="group" aria-label=${label && t(label)}>
            ${label && html`<p class="nav-label" aria-hidden="true">${t(label)}</p>`}
            <ul>${items.map((item) => html`<${Entry} key=${item.name} ...${item} active=${active === item.name} onClose=${onClose} />`)}</ul>
          </div>`)}
      </nav>
      <div class="sidebar-foot">
        <${EnvironmentSwitch} />
        <${Person} onHelp=${onHelp} />
      </div>
    </aside>`;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

function Entry({ name, path, icon, keys, active, onClose }) {
  const { t } = useApp();
  // Fetched while the pointer is on its way.
  const fetch = () => void pages.find((page) => page.path === path)?.load().catch(() => {});
  return html`
    <li><a class="nav-item" href="#${path}" aria-current=${active ? 'page' : undefined} title=${t('frame.press', { keys })} onClick=${onClose} onPointerEnter=${fetch}>
      <${Icon} name=${icon} /><span>${t(`nav.${name}`)}</span></a></li>`;
}

function EnvironmentSwitch() {
  const { t, environment, setEnvironment } = useApp();
  return html`
    <div class="environment" role="group" aria-label=${t('environment')}>
      ${['live', 'test'].map((each) => html`
        <button key=${each} type="button" class="environment-choice" data-environment=${each} aria-pressed=${String(environment === each)} onClick=${() => setEnvironment(each)}>
          <span class="dot" aria-hidden="true"></span><span>${t(`environment.${each}`)}</span>
        </button>`)}
    </div>`;
}

function Person({ onHelp }) {
  const { t, session, api, reload, theme, setTheme } = useApp();
  const { member } = session;
  const signOut = async () => {
    await api.delete('/admin/api/session').catch(() => {});
    await reload().catch(() => location.reload());
  };
  const name = member?.name || member?.email || t('person.unknown');
  const items = [
    { label: t('person.account'), icon: 'person', href: '#/account' },
    { label: t('person.keys'), icon: 'keyboard', onSelect: onHelp },
    '-',
    ...['system', 'light', 'dark'].map((each) => ({ label: t(`theme.${each}`), checked: theme === each, onSelect: () => setTheme(each) })),
    session.mode !== 'dev' && '-',
    session.mode !== 'dev' && { label: t('person.leave'), icon: 'leave', onSelect: signOut },
  ];
  return html`
    <${Menu} label=${t('person.menu')} class="person" items=${items}>
      <span class="avatar" aria-hidden="true">${[...name][0].toUpperCase()}</span>
      <span class="person-words"><span class="person-name" dir="auto">${name}</span><span class="quiet small">${t(`role.${member?.role ?? 'member'}`)}${session.mode === 'dev' ? ` · ${t('person.dev')}` : ''}</span></span>
      <span class="unseen">${t('person.menu.about')}</span><${Icon} name="up" />
    <//>`;
}

/** Keyboard and focus of the drawer: in when it opens, back when it closes, out by Escape. */
function useDrawer(open, opener, onClose) {
  const aside = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    aside.current.querySelector('button')?.focus();
    const press = (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      if (event.key !== 'Tab') return;
      const stops = [...aside.current.querySelectorAll('a, button')].filter((each) => each.checkVisibility());
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (document.activeElement !== edge) return;
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
      const { activeElement } = document;
      if (activeElement === document.body || aside.current?.contains(activeElement)) opener.current?.focus();
    };
  }, [open]);
  return aside;
}
