import { html, useState } from '../vendor/preact.js';

/** A platform's mark on a light tile, or its first letter while there is no picture. It is only ever beside its name. */
export function PlatformIcon({ src, title, large = false }) {
  const [failed, fail] = useState(null);
  const shown = src && failed !== src;
  return html`
    <span class="platform-icon ${large ? 'large' : ''}" aria-hidden="true">
      ${shown
        ? html`<img src=${src} alt="" width="24" height="24" loading="lazy" decoding="async" referrerpolicy="no-referrer"
            onError=${() => fail(src)} />`
        : [...(title ?? '?')][0].toUpperCase()}
    </span>`;
}
