/*
 * Every page: its address, its module (`pages/<name>.js`, loaded when it is visited, with its words from
 * `strings/en/<words>.json`), and where it is in the sidebar. `nav` is the entry that is marked.
 */
const page = (path, name, { nav = name, words = name } = {}) => ({ path, name, nav, words, load: () => import(`./pages/${name}.js`) });

export const pages = [
  page('/', 'overview'),
  page('/connections', 'connections'),
  page('/connections/:id', 'connection', { nav: 'connections', words: 'connections' }),
  page('/authkit', 'authkit'),
  page('/tools', 'tools'),
  page('/tools/import', 'import', { nav: 'tools' }),
  page('/tools/:platform', 'connector', { nav: 'tools', words: 'tools' }),
  page('/tools/:platform/:actionId', 'action', { nav: 'tools', words: 'tools' }),
  page('/playground', 'playground', { nav: 'tools' }),
  page('/logs', 'logs'),
  page('/logs/:id', 'log', { nav: 'logs', words: 'logs' }),
  page('/approvals', 'approvals'),
  page('/audit', 'audit'),
  page('/keys', 'keys'),
  page('/toolsets', 'toolsets'),
  page('/toolsets/:name', 'toolset', { nav: 'toolsets', words: 'toolsets' }),
  page('/webhooks', 'webhooks'),
  page('/webhooks/:id', 'webhook', { nav: 'webhooks', words: 'webhooks' }),
  page('/members', 'members'),
  page('/settings', 'settings'),
  page('/account', 'account', { nav: null }),
];

const door = (name) => page('', name, { nav: null, words: 'doors' });
const doors = { signIn: door('sign-in'), setUp: door('set-up'), join: door('join'), first: door('first') };

/** Whether an address is for who comes in by a link: whoever is signed in may, too, and is somebody else then. */
export const isDoor = (path) => path === '/setup' || path === '/join';

/** The page that who is not signed in begins with, or who comes in by a link. */
export function doorOf(session, path) {
  if (path === '/setup') return doors.setUp;
  if (path === '/join') return doors.join;
  return session.needsSetUp ? doors.first : doors.signIn;
}

/** The sidebar, from top to bottom; `keys` are pressed one after the other. Labels are `nav.<name>`. */
export const navigation = [
  { items: [{ name: 'overview', path: '/', icon: 'gauge', keys: 'g h' }] },
  {
    label: 'nav.integrations',
    items: [
      { name: 'connections', path: '/connections', icon: 'plug', keys: 'g c' },
      { name: 'tools', path: '/tools', icon: 'wrench', keys: 'g t' },
      { name: 'authkit', path: '/authkit', icon: 'puzzle', keys: 'g i' },
    ],
  },
  {
    label: 'nav.observability',
    items: [
      { name: 'logs', path: '/logs', icon: 'pulse', keys: 'g l' },
      { name: 'approvals', path: '/approvals', icon: 'hand', keys: 'g p' },
      { name: 'audit', path: '/audit', icon: 'scroll', keys: 'g a' },
    ],
  },
  {
    label: 'nav.access',
    items: [
      { name: 'keys', path: '/keys', icon: 'key', keys: 'g k' },
      { name: 'toolsets', path: '/toolsets', icon: 'layers', keys: 'g o' },
      { name: 'webhooks', path: '/webhooks', icon: 'send', keys: 'g w' },
    ],
  },
  {
    label: 'nav.organisation',
    items: [
      { name: 'members', path: '/members', icon: 'people', keys: 'g m' },
      { name: 'settings', path: '/settings', icon: 'gear', keys: 'g s' },
    ],
  },
];

export const destinations = navigation.flatMap(({ items }) => items);
