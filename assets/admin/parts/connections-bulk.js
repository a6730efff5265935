import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { TagInput } from '../../kit/tags.js';
import { useToast } from '../../kit/toast.js';
import { useAct, useApp } from '../context.js';
import { nameOf } from './connection-state.js';
import { RoleButton } from './role.js';

/* The server takes no more at once. */
const atOnce = 500;

/** Does the same to many, some hundreds at a time. Gives `{done, failed}` of all of them. */
export async function inBulk(api, ids, change) {
  const all = { done: 0, failed: [] };
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = await api.post('/admin/api/connections/bulk', { ids: ids.slice(from, from + atOnce), ...change }, { timeout: 120_000 });
    all.done += some.done;
    all.failed.push(...some.failed);
  }
  return all;
}

/** What can be done with the chosen ones. `rows` are those on this page, for their names; `onDone` leaves what failed chosen. */
export function BulkBar({ selection, rows, onSelection, onDone }) {
  const { t, api, format, explain } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const [tagging, setTagging] = useState(null);
  const ids = [...selection];
  const count = format.number(ids.length);
  const finish = (verb, { done, failed }) => {
    if (done > 0) toast(t(done === 1 ? `connections.bulk.${verb}.one` : `connections.bulk.${verb}.many`, { count: format.number(done) }));
    if (failed.length > 0) toast(t('connections.bulk.failed', { count: format.number(failed.length), error: explain({ name: 'ApiError', message: failed[0].error }) }), { tone: 'danger' });
    onDone(failed.map(({ id }) => id));
  };
  const remove = async () => {
    let outcome = null;
    const names = rows.filter(({ id }) => selection.has(id)).slice(0, 3).map((row) => nameOf(row) || row.key);
    const rest = ids.length - names.length;
    const which = rest > 0 ? t('connections.delete.some', { names: names.map((name) => `“${name}”`).join(', '), count: format.number(rest) }) : format.list(names.map((name) => `“${name}”`));
    const question = {
      title: ids.length === 1 ? t('connections.delete.one', { name: names[0] ?? ids[0] }) : t('connections.delete.many', { count }),
      text: [ids.length > 1 && names.length > 0 && which, t(ids.length === 1 ? 'connections.delete.text' : 'connections.delete.text.many')].filter(Boolean),
      action: ids.length === 1 ? t('delete') : t('connections.delete.action', { count }), failed: explain, typed: ids.length > 10 ? String(ids.length) : undefined,
    };
    if (await confirm({ ...question, act: async () => void (outcome = await inBulk(api, ids, { delete: true })) })) finish('deleted', outcome);
  };
  return html`
    <div class="bulk-bar" role="region" aria-label=${t('connections.bulk')}>
      <strong role="status">${t(ids.length === 1 ? 'connections.selected.one' : 'connections.selected.many', { count })}</strong>
      <${RoleButton} role="manager" class="small" icon="tag" onClick=${() => setTagging('addTags')}>${t('connections.tag')}<//>
      <${RoleButton} role="manager" class="small" icon="minus" onClick=${() => setTagging('removeTags')}>${t('connections.untag')}<//>
      <${RoleButton} role="admin" class="small" kind="danger" icon="trash" onClick=${remove}>${t('delete')}<//>
      <${Button} kind="quiet" class="small push" onClick=${() => onSelection(new Set())}>${t('connections.unselect')}<//>
      ${tagging && html`<${TagDialog} how=${tagging} ids=${ids} rows=${rows.filter(({ id }) => selection.has(id))} onClose=${() => setTagging(null)}
        onDone=${(outcome) => (setTagging(null), finish(tagging === 'addTags' ? 'tagged' : 'untagged', outcome))} />`}
    </div>`;
}

function TagDialog({ how, ids, rows, onClose, onDone }) {
  const { t, api, format } = useApp();
  const [tags, setTags] = useState([]);
  const [wrong, setWrong] = useState(null);
  const known = [...new Set(rows.flatMap((row) => row.tags ?? []))].sort();
  const act = useAct(() => inBulk(api, ids, { [how]: tags }));
  const submit = async () => {
    setWrong(tags.length > 0 ? null : t('connections.tags.needed'));
    if (tags.length === 0) return document.querySelector('dialog .tag-box input')?.focus();
    const outcome = await act.run();
    if (outcome) onDone(outcome);
  };
  const words = how === 'addTags' ? 'tag' : 'untag';
  return html`
    <${Modal} title=${t(ids.length === 1 ? `connections.${words}.one` : `connections.${words}.many`, { count: format.number(ids.length) })} onClose=${() => !act.busy && onClose()} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${t(`connections.${words}`)} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${TagInput} label=${t('connections.tags')} help=${t('connections.tags.help')} error=${wrong} values=${tags} onValues=${setTags}
        suggestions=${how === 'removeTags' ? known.map((value) => ({ value, label: value })) : []} />
    <//>`;
}
