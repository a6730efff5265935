import { html, useEffect, useLayoutEffect, useRef, useState } from '../../vendor/preact.js';
import { Notice } from '../../kit/notice.js';
import { useApp } from '../context.js';

/**
 * AuthKit itself, in a frame, with this page as the application that embeds it. `params` are what such a page
 * says (`appTheme`, `title`, `imageUrl`, …), `whose` is what a back end would say (`identity`, `identityType`).
 * It is opened once: give it another `key` to open it anew.
 */
export function AuthKitFrame({ label, params, whose, blocked, onConnected, onFailed, onClose, autofocus = false }) {
  const { api, root } = useApp();
  const frame = useRef(null);
  const [isBlocked, block] = useState(false);
  const latest = useRef({});
  latest.current = { LINK_SUCCESS: onConnected, LINK_ERROR: onFailed, EXIT_EVENT_LINK: onClose };
  useLayoutEffect(() => {
    const hear = ({ source, origin, data }) => {
      if (source !== frame.current?.contentWindow || origin !== window.location.origin) return;
      if (Object.hasOwn(latest.current, data?.messageType)) latest.current[data.messageType]?.(data.message);
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, []);
  useEffect(() => autofocus && frame.current?.focus(), []);

  const endpoint = `${root}v1/authkit`;
  const answer = ({ query, signal }) => api.raw('/v1/authkit', { method: 'POST', query, signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(whose ?? {}) });
  const greet = () => {
    const inside = frame.current.contentWindow;
    try {
      beBackEnd(inside, endpoint, answer);
    } catch {
      return block(true);
    }
    inside.postMessage({ ...params, linkTokenEndpoint: endpoint, linkHeaders: {} }, window.location.origin);
    if (autofocus) frame.current.focus();
    return undefined;
  };
  if (isBlocked) return html`<${Notice} tone="warning" role="alert">${blocked}<//>`;
  return html`<iframe ref=${frame} class="authkit-frame" title=${label} src=${`${root}authkit`} onLoad=${greet}></iframe>`;
}

/*
 * AuthKit asks the embedding page's back end who somebody is, without cookies, and says nothing itself: that is
 * the back end's business. Here the back end is this page, which has a session: it answers in its place.
 */
function beBackEnd(inside, endpoint, answer) {
  const fetch = inside.fetch.bind(inside);
  inside.fetch = (address, options = {}) => {
    const url = new URL(address, endpoint);
    if (url.origin + url.pathname !== endpoint) return fetch(address, options);
    return answer({ query: Object.fromEntries(url.searchParams), signal: options.signal });
  };
}
