import { html, useCallback, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { useConfirm } from '../kit/ask.js';
import { ConfirmProvider } from '../kit/confirm.js';
import { LiveRegion } from '../kit/live.js';
import { ToastProvider } from '../kit/toast.js';
import { Words } from '../kit/words.js';
import { createRouter } from '../lib/router.js';
import { createApi, sentence } from './api.js';
import { Context } from './context.js';
import { Doors } from './doors.js';
import { Frame } from './frame.js';
import { recall, remember } from './keep.js';
import { isDoor } from './pages.js';
import { createShared } from './shared.js';
import { SignInAgain } from './sign-in-again.js';
import { chooseTheme, keptTheme } from './theme.js';

/** All of it: what is around every page first, then who is there, then the pages. `session` is `null` where it is not known yet. */
export function App({ root, words, format, session }) {
  return html`
    <${Words.Provider} value=${{ t: words.t, format }}>
      <${LiveRegion}><${ToastProvider}><${ConfirmProvider}>
        <${Inside} root=${root} words=${words} format=${format} first=${session} />
      <//><//><//>
    <//>`;
}

function Inside({ root, words, format, first }) {
  const { t } = words;
  const confirm = useConfirm();
  const [session, setSession] = useState(first);
  const [environment, choose] = useState(() => (recall('environment') === 'live' ? 'live' : 'test'));
  const [theme, setTheme] = useState(keptTheme);
  const [isAway, setAway] = useState(false);
  const [asking, ask] = useState(null);
  const now = useRef({});
  now.current = { session, environment };
  const explain = useCallback((error) => sentence(t, error), []);

  // Somebody signed in again in another tab: the cookie is shared, what goes with it is not.
  const renew = async () => {
    const next = await api.get('/admin/api/session').catch(() => null);
    const { session } = now.current;
    if (!next?.signedIn || next.csrf === session?.csrf) return false;
    enter(next);
    return next.member.id === session?.member?.id;
  };
  const api = useMemo(() => createApi({
    root,
    session: () => now.current.session,
    environment: () => now.current.environment,
    signIn: () => new Promise((resolve) => ask({ resolve })),
    renew,
    away: setAway,
  }), []);
  const enter = useCallback((next) => {
    now.current.session = next;
    setSession(next);
  }, []);
  const reload = useCallback(async () => enter(await api.get('/admin/api/session')), []);

  const mayLeave = () => confirm({ title: t('unsaved.title'), text: t('unsaved.text'), action: t('unsaved.leave'), cancel: t('unsaved.stay') });
  const leaving = useRef(mayLeave);
  leaving.current = mayLeave;
  const router = useMemo(() => createRouter({ window, changed: (next) => setPlace(next), mayLeave: () => leaving.current() }), []);
  const [place, setPlace] = useState(() => router.place());
  useEffect(() => router.start(), []);

  const setEnvironment = useCallback(async (next) => {
    if (next === now.current.environment || !(await router.mayGo())) return;
    remember('environment', next);
    choose(next);
  }, []);
  useEffect(() => void (document.documentElement.dataset.environment = environment), [environment]);

  const shared = useMemo(() => createShared(api), [environment, session?.member?.id]);
  const value = {
    t, words, format, root, api, router, place, session, reload, enter, environment, setEnvironment, shared, explain, isAway, theme,
    setTheme: (wanted) => setTheme(chooseTheme(wanted)),
    can: (role) => ranks.indexOf(session?.member?.role ?? 'member') >= ranks.indexOf(role),
  };
  const answer = (signedIn) => {
    asking.resolve(signedIn);
    ask(null);
  };
  return html`
    <${Context.Provider} value=${value}>
      ${session?.signedIn && !isDoor(place.path) ? html`<${Frame} />` : html`<${Doors} />`}
      ${asking && html`<${SignInAgain} answer=${answer} />`}
    <//>`;
}

const ranks = ['member', 'manager', 'admin'];
