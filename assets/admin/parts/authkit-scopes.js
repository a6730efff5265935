import { html, useMemo, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Markdown } from '../../kit/markdown.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { SearchField } from '../../kit/search.js';
import { Check } from '../../kit/switch.js';
import { TagInput } from '../../kit/tags.js';
import { search } from '../../lib/search.js';
import { useAct, useApp, useUnsaved } from '../context.js';
import { splitScopes } from './authkit-words.js';
import { useReason } from './role.js';

/** Which scopes people are asked for when they sign in. */
export function Scopes({ row, onSaved, onClose }) {
  const { t, api } = useApp();
  const confirm = useConfirm();
  const reason = useReason('manager');
  const first = useMemo(() => splitScopes(row), [row]);
  const [chosen, choose] = useState(first.chosen);
  const [own, setOwn] = useState(first.own);
  const [query, setQuery] = useState('');
  const all = row.availableScopes;
  const required = new Set(first.required);
  const found = search(all, query, ({ name, description }) => [name, description]);
  const inOrder = [...all.map(({ name }) => name).filter((name) => chosen.has(name)), ...own];
  const isUsual = own.length === 0 && inOrder.length === first.usual.length && first.usual.every((name) => chosen.has(name));
  const isDirty = JSON.stringify(inOrder) !== JSON.stringify([...all.map(({ name }) => name).filter((name) => first.chosen.has(name)), ...first.own]);
  useUnsaved(isDirty);
  const act = useAct(() => api.patch(`/v1/integrations/${encodeURIComponent(row.platform)}`, { scopes: isUsual ? null : inOrder }));
  const submit = async () => {
    if (reason || !isDirty) return onClose();
    const saved = await act.run();
    if (saved) onSaved(saved);
    return undefined;
  };
  const close = async () => {
    if (!isDirty || (await confirm({ title: t('unsaved.title'), text: t('authkit.unsaved'), action: t('unsaved.leave'), cancel: t('unsaved.stay') }))) onClose();
  };
  const pick = (names, on) => choose(new Set(on ? [...chosen, ...names] : [...chosen].filter((name) => required.has(name) || !names.includes(name))));
  const free = found.map(({ name }) => name).filter((name) => !required.has(name));
  const reset = () => {
    choose(new Set(first.usual));
    setOwn([]);
  };
  const picked = all.filter(({ name }) => chosen.has(name)).length;
  const allOn = found.length > 0 && found.every(({ name }) => chosen.has(name));
  const someOn = found.some(({ name }) => chosen.has(name));
  const foot = reason ? html`<p class="quiet small foot-note">${reason}</p><${Button} onClick=${onClose}>${t('close')}<//>`
    : html`<${Button} kind="quiet" class="foot-start" aria-disabled=${isUsual ? 'true' : undefined} onClick=${reset}>${t('authkit.scopes.reset')}<//><${ModalActions} label=${t('authkit.scopes.save')} busy=${act.busy} onCancel=${close} />`;
  return html`
    <${Modal} asks=${false} title=${t('authkit.scopes.title', { name: row.title })} lead=${t('authkit.scopes.lead')} onClose=${close} onSubmit=${submit} actions=${foot}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      ${all.length > 0 && html`
        <${SearchField} label=${t('authkit.scopes.search')} value=${query} onValue=${setQuery} clearLabel=${t('search.clear')} />
        <div class="scopes-all">
          <${Check} label=${t('authkit.scopes.all')} checked=${allOn} indeterminate=${someOn && !allOn} disabled=${Boolean(reason) || free.length === 0} onValue=${(on) => pick(free, on)} />
          <span class="quiet small" role="status">${t('authkit.scopes.count', { count: picked, total: all.length })}</span>
        </div>
        <div class="scopes" role="group" aria-label=${t('authkit.scopes')}>
          ${found.map(({ name, description, required: fixed }) => html`
            <${Check} key=${name} label=${html`<bdi class="mono">${name}</bdi>`} help=${[description, fixed && t('authkit.scopes.required')].filter(Boolean).join(' · ') || undefined}
              checked=${chosen.has(name)} disabled=${fixed || Boolean(reason)} onValue=${(on) => pick([name], on)} />`)}
          ${found.length === 0 && html`<p class="quiet">${t('authkit.scopes.none', { query })}</p>`}
        </div>`}
      ${reason
        ? own.length > 0 && html`<p class="small"><span class="quiet">${t('authkit.scopes.own')}: </span><bdi class="mono">${own.join(' ')}</bdi></p>`
        : html`<${TagInput} label=${t('authkit.scopes.own')} help=${t('authkit.scopes.own.help')} values=${own} onValues=${(values) => setOwn([...new Set(values.flatMap((value) => value.split(/\s+/)).filter((name) => name && !all.some((scope) => scope.name === name)))])} />`}
    <//>`;
}

/** How an app is registered, or a key found, at the provider. */
export function GuideDialog({ row, onClose }) {
  const { t } = useApp();
  return html`
    <${Modal} title=${t('authkit.guide.title', { name: row.title })} onClose=${onClose} actions=${html`
      ${row.registerUrl && html`<a class="button foot-start" href=${row.registerUrl} target="_blank" rel="noopener noreferrer">${t('authkit.register', { name: row.title })}</a>`}<${Button} kind="primary" onClick=${onClose}>${t('done')}<//>`}>
      ${row.guide.trim() ? html`<${Markdown} text=${row.guide} />` : html`<p class="quiet">${t('authkit.guide.none')}</p>`}
    <//>`;
}
