import { html, useState } from '../../vendor/preact.js';
import { Button, IconButton } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Notice } from '../../kit/notice.js';
import { Segments } from '../../kit/tabs.js';
import { useApp, useKept, useLater, useLoad } from '../context.js';
import { AuthKitFrame } from './authkit-frame.js';
import { useReason } from './role.js';
import { ChangeSettings, useMayChange } from './settings-change.js';

/** The dialog as people see it, with what is switched on now. `turn` changes when that does. */
export function Preview({ turn }) {
  const { t, theme } = useApp();
  const reason = useReason('manager');
  const [open, setOpen] = useState(() => window.matchMedia('(min-width: 82rem)').matches);
  const [look, keep] = useKept('authkit.preview', { theme: '', title: '', imageUrl: '' });
  const [again, setAgain] = useState(0);
  const set = (name) => (value) => keep({ ...look, [name]: value });
  const shown = useLater(look, 500);
  const later = useLater(turn, 700);
  const isDark = theme === 'dark' || (theme !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const chosen = shown.theme || (isDark ? 'dark' : 'light');
  const wrong = look.imageUrl && !/^(https?:\/\/[^/]+|data:image\/)/.test(look.imageUrl) ? t('authkit.preview.logo.wrong') : null;
  const params = { appTheme: chosen, title: shown.title.trim(), imageUrl: wrong ? '' : shown.imageUrl.trim() };
  return html`
    <details class="preview panel" open=${open} onToggle=${(event) => setOpen(event.target.open)}>
      <summary><h2>${t('authkit.preview')}</h2></summary>
      ${open && html`
        <div class="stack">
          <div class="preview-bar">
            <${Segments} label=${t('authkit.preview.theme')} value=${look.theme || (isDark ? 'dark' : 'light')} onValue=${set('theme')} options=${['light', 'dark'].map((value) => ({ value, label: t(`theme.${value}`) }))} />
            <${IconButton} icon="refresh" label=${t('authkit.preview.again')} onClick=${() => setAgain(again + 1)} />
          </div>
          <${Field} label=${t('authkit.preview.title')} value=${look.title} onValue=${set('title')} words=${{ optional: t('optional') }} placeholder=${t('authkit.preview.title.example')} dir="auto" maxlength="200" autocomplete="off" />
          <${Field} label=${t('authkit.preview.logo')} type="url" value=${look.imageUrl} onValue=${set('imageUrl')} error=${wrong} words=${{ optional: t('optional') }} placeholder="https://…/logo.svg" dir="ltr" />
          ${reason
            ? html`<${Notice} tone="info">${t('authkit.preview.reason')} ${reason}<//>`
            : html`<div class="preview-stage" data-theme=${chosen}><${AuthKitFrame} key=${JSON.stringify([params, later, again])} label=${t('authkit.preview.frame')} params=${params} whose=${{}} blocked=${t('authkit.blocked')} onClose=${() => setAgain(again + 1)} /></div>
              <p class="quiet small">${t('authkit.preview.real')}</p>`}
          <${Origins} />
        </div>`}
    </details>`;
}

/* Which pages may embed it: what the browser will let through. */
function Origins() {
  const { t, session } = useApp();
  const settings = useLoad((api, signal) => api.get('/admin/api/settings', { signal }));
  const [isOpen, open] = useState(false);
  const mayChange = useMayChange(settings.value, ['allowedOrigins']);
  const origins = settings.value?.authkit?.allowedOrigins;
  if (!origins) return null;
  return html`
    <div class="origins">
      <h3>${t('authkit.origins')}</h3>
      ${origins.length > 0
        ? html`<ul>${origins.map((origin) => html`<li key=${origin}><code dir="ltr">${origin}</code></li>`)}</ul>`
        : html`<p class="small">${t(session.mode === 'dev' ? 'authkit.origins.any' : 'authkit.origins.any.serve')}</p>`}
      ${mayChange
        ? html`<${Button} class="small" icon="edit" aria-label=${`${t('change')}: ${t('authkit.origins')}`} onClick=${() => open(true)}>${t('change')}<//>`
        : html`<p class="quiet small">${t('authkit.origins.how')} <code dir="ltr">authkit.allowed_origins</code></p>`}
      ${isOpen && html`<${ChangeSettings} title=${t('authkit.origins')} whats=${['allowedOrigins']} settings=${settings.value} onSaved=${settings.set} onClose=${() => open(false)} />`}
    </div>`;
}
