import { html, useCallback, useEffect, useErrorBoundary, useMemo, useReducer, useRef, useState } from '../vendor/preact.js';
import { Dialog } from '../kit/dialog.js';
import { LiveRegion } from '../kit/live.js';
import { findConnector, offered } from './catalogue.js';
import { Context } from './context.js';
import { Trouble } from './session.js';
import { Connector } from './views/connector.js';
import { Frame } from './views/frame.js';
import { List } from './views/list.js';
import { Loading } from './views/loading.js';
import { Own } from './views/own.js';
import { Saved } from './views/saved.js';
import { Problem } from './views/problem.js';

/**
 * The whole of it. `enter()` opens a session, `host` hears what happens (`connected`, `failed`,
 * `closed`), `modal` says whether we are a dialog over somebody's page or a page of our own.
 */
export function App({ t, root, modal, host, enter, params: early }) {
  const [phase, setPhase] = useState({ name: 'loading' });
  const close = useRef(null);
  // Outlives the session: who has to start again finds what was typed.
  const memory = useRef({ drafts: new Map(), list: {} });
  const [broken, mend] = useErrorBoundary();
  const begin = useCallback(async () => {
    mend();
    setPhase({ name: 'loading' });
    try {
      setPhase({ name: 'ready', link: await enter() });
    } catch (error) {
      const trouble = error instanceof Trouble ? error : new Trouble('server-refused');
      setPhase({ name: 'trouble', trouble });
      host.failed(trouble.message || t(`trouble.${trouble.kind}.title`));
    }
  }, []);
  useEffect(() => void begin(), []);
  const shared = { t, root, modal, host, memory: memory.current, params: phase.link?.params ?? early(), restart: begin };
  const escape = () => (close.current ?? host.closed)?.();
  const problem = broken ? new Trouble('server-refused') : phase.trouble;
  const content = html`
    <${LiveRegion}>
      ${!problem && phase.name === 'loading' && html`<${Bare} shared=${shared}><${Loading} /><//>`}
      ${problem && html`<${Bare} shared=${shared}><${Problem} trouble=${problem} /><//>`}
      ${!problem && phase.name === 'ready' && html`<${Ready} shared=${shared} link=${phase.link} escape=${close} />`}
    <//>`;
  if (!modal) return html`<main class="sheet page">${content}</main>`;
  return html`<${Dialog} class="sheet" labelledby="view-heading" onEscape=${escape}>${content}<//>`;
}

/** A view before there is a session. */
function Bare({ shared, children }) {
  const value = { ...shared, onBack: () => {} };
  return html`<${Context.Provider} value=${value}><${Frame} onClose=${shared.host.closed}>${children}<//><//>`;
}

function Ready({ shared, link, escape }) {
  const { session, platforms, call, params } = link;
  const [connections, setConnections] = useState(session.connections ?? []);
  const [notice, setNotice] = useState(null);
  const connectors = useMemo(() => offered(session, platforms), [link]);
  const [stack, move] = useReducer(step, null, () => firstStack(session, connectors, params));
  const [handler, setHandler] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const view = stack.at(-1);

  const onBack = useCallback((given) => {
    setHandler(() => given ?? null);
    return () => setHandler(null);
  }, []);
  const back = handler ?? (stack.length > 1 ? () => move({ back: true }) : null);
  escape.current = back ?? shared.host.closed;
  useEffect(() => () => (escape.current = null), []);

  const value = {
    ...shared,
    session,
    connectors,
    connections,
    notice,
    setNotice,
    company: session.companyName || params.companyName || shared.t('company.unknown'),
    onBack,
    back,
    go: (next) => {
      setNotice(null);
      move({ to: next });
    },
    home: (said) => {
      setNotice(said ?? null);
      move({ home: true });
    },
    canGoHome: stack[0].name === 'list',
    call: (path, options) => call(path, options).catch((error) => {
      if (error instanceof Trouble && !trouble) {
        setTrouble(error);
        shared.host.failed(error.message || shared.t(`trouble.${error.kind}.title`));
      }
      throw error;
    }),
    refresh: () => call('connections').then(({ rows }) => setConnections(rows), () => {}),
  };
  return html`
    <${Context.Provider} value=${value}>
      <${Frame} onBack=${trouble ? null : back} onClose=${shared.host.closed}>
        ${trouble ? html`<${Problem} trouble=${trouble} />` : draw(view)}
      <//>
    <//>`;
}

function draw(view) {
  switch (view.name) {
    case 'connector':
      return html`<${Connector} key=${view.platform + view.connection} ...${view} />`;
    case 'own':
      return html`<${Own} key=${view.id} id=${view.id} />`;
    case 'saved':
      return html`<${Saved} record=${view.record} platform=${view.platform} />`;
    case 'problem':
      return html`<${Problem} trouble=${view.trouble} />`;
    default:
      return html`<${List} missing=${view.missing} />`;
  }
}

function step(stack, { to, back, home }) {
  if (to) return to.name === 'saved' ? [...stack.filter(({ name }) => name === 'list'), to] : [...stack, to];
  if (home) return [{ ...stack[0], missing: null }];
  return back && stack.length > 1 ? stack.slice(0, -1) : stack;
}

/** Where it begins: one connection to renew, one connector to connect, or the list. */
function firstStack(session, connectors, { selectedConnection }) {
  const { reconnect } = session;
  if (reconnect) {
    const known = session.connectors.some(({ platform }) => platform === reconnect.platform);
    if (!known) return [{ name: 'problem', trouble: new Trouble('reconnect-gone') }];
    return [{ name: 'connector', platform: reconnect.platform, connection: reconnect.id }];
  }
  if (!selectedConnection) return [{ name: 'list' }];
  const found = findConnector(connectors, selectedConnection);
  return found ? [{ name: 'connector', platform: found.platform, connection: null }] : [{ name: 'list', missing: selectedConnection }];
}
