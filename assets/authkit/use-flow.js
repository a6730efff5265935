import { useEffect, useRef, useState } from '../vendor/preact.js';
import { useAnnounce } from '../kit/live.js';
import { useApp } from './context.js';
import { sleep, startFlow } from './flow.js';
import { reason } from './reason.js';

/** Connecting through a popup, as a hook: `state` is '' while there is nothing going on. */
export function useFlow({ title, body, onSaved, onRefused }) {
  const { t, root, host, call } = useApp();
  const announce = useAnnounce();
  const [shown, show] = useState({ state: '', message: '' });
  const flow = useRef(null);
  useEffect(() => {
    const leave = () => flow.current?.leave();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, []);

  const report = (state, detail) => {
    if (state === 'saved') return onSaved(detail.connection);
    if (state === 'cancelled' || state === 'refused') {
      show({ state: '', message: '' });
      if (state === 'refused') onRefused(reason(t, detail.error));
      else announce(t('flow.cancelled'));
      return undefined;
    }
    const message = detail?.message ?? '';
    if (state === 'denied' || state === 'failed') host.failed(message || t(`flow.${state}.text`, { title }));
    if (state === 'offline') announce(t('flow.offline'));
    return show({ state, message });
  };

  const start = () => {
    flow.current?.leave();
    flow.current = startFlow({
      report,
      openPopup: () => openPopup(`${root}connect/popup`),
      begin: (signal) => call('flows', { method: 'POST', body: body(), signal }),
      ask: (id, signal) => call(`flows/${encodeURIComponent(id)}`, { signal, timeout: 40_000 }),
      cancel: (id) => call(`flows/${encodeURIComponent(id)}`, { method: 'DELETE', keepalive: true }).catch(() => {}),
      isOurs: (url) => typeof url === 'string' && URL.canParse(url) && new URL(url).href.startsWith(root),
      wait: sleep,
    });
  };
  const cancel = () => {
    flow.current?.cancel();
    show({ state: '', message: '' });
  };
  return { ...shown, start, cancel, focus: () => flow.current?.focus() || start() };
}

/**
 * A window in the middle of the screen; `null` if the browser does not want it. It stays tied to us:
 * a window without its opener could neither be brought to the front nor closed from here.
 */
function openPopup(url) {
  const [width, height] = [Math.min(600, screen.availWidth), Math.min(780, screen.availHeight)];
  const left = Math.round((screen.availLeft ?? 0) + (screen.availWidth - width) / 2);
  const top = Math.round((screen.availTop ?? 0) + (screen.availHeight - height) / 2);
  return window.open(url, 'magpie-connect', `popup,width=${width},height=${height},left=${left},top=${top}`);
}
