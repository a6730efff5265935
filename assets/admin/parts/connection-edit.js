import { html, useState } from '../../vendor/preact.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { Choices } from '../../kit/select.js';
import { TagInput } from '../../kit/tags.js';
import { useAct, useApp, useUnsaved } from '../context.js';
import { useConfirm } from '../../kit/ask.js';
import { editable, merge } from './connection-merge.js';

/** Edits name and tags. If somebody else changed the same meanwhile, both are shown, and one is chosen. */
export function EditConnection({ row, onSaved, onClose }) {
  const { t, api } = useApp();
  const confirm = useConfirm();
  const [base, setBase] = useState(row);
  const [form, setForm] = useState({ name: row.name ?? '', tags: row.tags ?? [] });
  const [dispute, setDispute] = useState(null);
  const path = `/v1/vault/connections/${encodeURIComponent(row.id)}`;
  const wanted = editable({ name: form.name.trim() || null, tags: form.tags });
  const { mine } = merge(editable(base), editable(base), wanted);
  const isDirty = Object.keys(mine).length > 0;
  useUnsaved(isDirty);

  const send = async (change, from) => {
    try {
      return await api.patch(path, { ...change, ifUpdatedAt: from.updatedAt });
    } catch (error) {
      if (error.status !== 409) throw error;
      return meet(from);
    }
  };
  /* Something else about it changed: with our fields untouched that is no conflict, and it is sent again. */
  const meet = async (from) => {
    const theirs = await api.get(path);
    const { mine, disputed } = merge(editable(from), editable(theirs), wanted);
    if (disputed.length > 0) {
      setDispute({ theirs, mine, disputed, chosen: Object.fromEntries(disputed.map((name) => [name, 'ours'])) });
      return null;
    }
    return Object.keys(mine).length > 0 ? send(mine, theirs) : theirs;
  };
  const save = useAct(() => {
    if (!dispute) return isDirty ? send(mine, base) : base;
    const { theirs, chosen, disputed } = dispute;
    const ours = Object.fromEntries(disputed.filter((name) => chosen[name] === 'ours').map((name) => [name, wanted[name]]));
    const change = { ...dispute.mine, ...ours };
    return Object.keys(change).length > 0 ? send(change, theirs) : theirs;
  });
  const submit = async () => {
    const saved = await save.run();
    if (saved) onSaved(saved);
  };
  const back = () => {
    setBase(dispute.theirs);
    setDispute(null);
  };
  const close = async () => {
    if (!isDirty || (await confirm({ title: t('unsaved.title'), text: t('connection.edit.unsaved'), action: t('unsaved.leave'), cancel: t('unsaved.stay') }))) onClose();
  };
  if (dispute) {
    return html`<${Dispute} dispute=${dispute} wanted=${wanted} error=${save.error} busy=${save.busy} onSubmit=${submit} onBack=${back}
      onChoose=${(name, value) => setDispute({ ...dispute, chosen: { ...dispute.chosen, [name]: value } })} />`;
  }
  return html`
    <${Modal} key="form" asks=${false} title=${t('connection.edit.title')} onClose=${close} onSubmit=${submit} actions=${html`<${ModalActions} label=${t('save')} busy=${save.busy} onCancel=${close} />`}>
      ${save.error && html`<${Notice} tone="danger" role="alert">${save.error}<//>`}
      <${Field} label=${t('connection.name')} help=${t('connection.name.help')} value=${form.name} onValue=${(name) => setForm((now) => ({ ...now, name }))} words=${{ optional: t('optional') }} dir="auto" autocomplete="off" maxlength="200" />
      <${TagInput} label=${t('connections.tags')} help=${t('connections.tags.help')} values=${form.tags} onValues=${(tags) => setForm((now) => ({ ...now, tags }))} />
    <//>`;
}

function Dispute({ dispute, wanted, error, busy, onSubmit, onBack, onChoose }) {
  const { t, format } = useApp();
  const { theirs, disputed, chosen } = dispute;
  const labels = { name: t('connection.name'), tags: t('connections.tags') };
  const show = (value) => (Array.isArray(value) ? value : [value]).filter(Boolean).join(', ') || t('none');
  return html`
    <${Modal} key="dispute" asks=${false} title=${t('connection.conflict.title')} lead=${t('connection.conflict.lead', { time: format.relative(theirs.updatedAt) })} onClose=${onBack} onSubmit=${onSubmit}
      actions=${html`<${ModalActions} label=${t('connection.conflict.save')} busy=${busy} onCancel=${onBack} cancelLabel=${t('connection.conflict.back')} />`}>
      ${error && html`<${Notice} tone="danger" role="alert">${error}<//>`}
      ${disputed.map((name) => html`<${Choices} key=${name} label=${labels[name]} value=${chosen[name]} onValue=${(value) => onChoose(name, value)} options=${[
        { value: 'ours', label: t('connection.conflict.ours'), help: html`<bdi>${show(wanted[name])}</bdi>` },
        { value: 'theirs', label: t('connection.conflict.theirs'), help: html`<bdi>${show(editable(theirs)[name])}</bdi>` },
      ]} />`)}
    <//>`;
}
