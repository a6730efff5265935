import { html } from '../../vendor/preact.js';
import { PlatformIcon } from '../../kit/platform-icon.js';
import { TagInput } from '../../kit/tags.js';
import { useApp, useConnectors } from '../context.js';

/** A platform's mark and name; its identifier until the name is known. */
export function PlatformName({ platform }) {
  const name = useConnectors().value?.byPlatform.get(platform)?.name ?? platform;
  return html`<${NamedPlatform} platform=${platform} name=${name} />`;
}

/** The same where the name came along. */
export function NamedPlatform({ platform, name }) {
  const { root } = useApp();
  return html`<span class="platform-name"><${PlatformIcon} src=${`${root}icons/${encodeURIComponent(platform)}.svg`} title=${name} /><span>${name}</span></span>`;
}

/** Names of platforms in a few words: the first two, and how many more. */
export function PlatformNames({ platforms }) {
  const { t } = useApp();
  const known = useConnectors().value?.byPlatform;
  const names = platforms.map((platform) => known?.get(platform)?.name ?? platform);
  const shown = names.length > 3 ? names.slice(0, 2) : names;
  return html`<span title=${names.join(', ')}>${shown.join(', ')}${names.length > shown.length ? ` ${t('more', { count: names.length - shown.length })}` : ''}</span>`;
}

/** Chooses platforms by name. */
export function PlatformsField({ label, help, values, onValues }) {
  const { t, root } = useApp();
  const rows = useConnectors().value?.rows ?? [];
  const suggestions = rows.map(({ platform, name }) => ({ value: platform, label: name, mark: html`<${PlatformIcon} src=${`${root}icons/${encodeURIComponent(platform)}.svg`} title=${name} />` }));
  return html`<${TagInput} label=${label} help=${help} values=${values} onValues=${onValues} suggestions=${suggestions} strict=${rows.length > 0} placeholder=${t('platforms.all')} />`;
}
