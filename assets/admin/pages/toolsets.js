import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { useConfirm } from '../../kit/ask.js';
import { Blank, Loaded } from '../../kit/load.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { Pager } from '../../kit/pager.js';
import { Table } from '../../kit/table.js';
import { Time } from '../../kit/time.js';
import { useToast } from '../../kit/toast.js';
import { fillPath } from '../../lib/router.js';
import { useAct, useApp, useLoad } from '../context.js';
import { Page } from '../parts/page.js';
import { PlatformNames } from '../parts/platforms.js';
import { ToolsetFields, flawsOf, newToolset, wishesOf } from '../parts/toolsets-form.js';

const pathOf = ({ name }) => fillPath('/toolsets/:name', { name });

export default function Toolsets({ query }) {
  const { t, explain, router, can } = useApp();
  const [skip, limit] = [Number(query.skip) || 0, Number(query.limit) || 25];
  const list = useLoad((api, signal) => api.get('/v1/toolsets', { query: { skip, limit }, signal }), [skip, limit]);
  const add = () => router.setQuery({ add: '1' });
  const create = can('manager') && html`<${Button} kind="primary" icon="plus" onClick=${add}>${t('toolsets.create')}<//>`;
  return html`
    <${Page} title=${t('nav.toolsets')} lead=${t('toolsets.lead')} actions=${create}>
      <${Loaded} of=${list} explain=${explain}>${(value) => (value.rows.length === 0
        ? html`<${Blank} icon="layers" title=${t('toolsets.empty')} actions=${create && html`<${Button} icon="plus" onClick=${add}>${t('toolsets.create')}<//>`}><p>${t('toolsets.empty.text')}</p><//>`
        : html`<div class="stack"><${List} rows=${value.rows} list=${list} /><${Pager} ...${value} onPage=${(page) => router.setQuery(page)} /></div>`)}<//>
      ${query.add && can('manager') && html`<${NewToolset} onClose=${() => router.setQuery({ add: null })} />`}
    <//>`;
}

function List({ rows, list }) {
  const { t, can, api, explain } = useApp();
  const confirm = useConfirm();
  const toast = useToast();
  const remove = async (row) => {
    const question = { title: t('toolsets.delete.title', { name: row.name }), text: t('toolsets.delete.text'), action: t('delete'), failed: explain };
    if (!(await confirm({ ...question, act: () => api.delete(`/v1${pathOf(row)}`) }))) return;
    toast(t('toolsets.deleted', { name: row.name }));
    list.again();
  };
  const columns = [
    { key: 'name', label: t('toolsets.name'), cell: (row) => html`<span class="two-lines"><strong>${row.name}</strong>${row.description && html`<span class="quiet plain" dir="auto">${row.description}</span>`}</span>` },
    { key: 'platforms', label: t('toolsets.platforms'), cell: ({ platforms }) => (platforms.length > 0 ? html`<${PlatformNames} platforms=${platforms} />` : t('all')) },
    { key: 'access', label: t('toolsets.access'), cell: ({ access }) => t(`toolsets.access.${access}`) },
    { key: 'approval', label: t('toolsets.approval'), cell: ({ approval }) => (approval.length > 0 ? html`<span title=${approval.join('\n')}>${approval.join(', ')}</span>` : '—'), quiet: true },
    { key: 'updated', label: t('toolsets.updated'), cell: ({ updatedAt }) => html`<${Time} value=${updatedAt} />`, quiet: true },
  ];
  const menu = (row) => [
    { label: t('toolsets.edit'), icon: 'edit', href: `#${pathOf(row)}` },
    { label: t('delete'), icon: 'trash', danger: true, onSelect: () => remove(row) },
  ];
  return html`<${Table} label=${t('nav.toolsets')} columns=${columns} rows=${rows} rowKey=${({ name }) => name} href=${(row) => `#${pathOf(row)}`} menu=${can('manager') ? menu : undefined} busy=${list.busy} />`;
}

function NewToolset({ onClose }) {
  const { t, api, router } = useApp();
  const toast = useToast();
  const [form, setForm] = useState(newToolset);
  const [wrong, setWrong] = useState({});
  const act = useAct(async () => {
    const made = await api.post('/v1/toolsets', wishesOf(form, true));
    toast(t('toolsets.created', { name: made.name }));
    router.go(pathOf(made));
  });
  const submit = () => {
    const flaws = flawsOf(form, true);
    setWrong(flaws);
    const [first] = Object.keys(flaws);
    if (first) document.querySelector(`dialog [name=${first}]`)?.focus();
    else act.run();
  };
  return html`
    <${Modal} title=${t('toolsets.new')} lead=${t('toolsets.new.lead')} onClose=${onClose} onSubmit=${submit} actions=${html`<${ModalActions} label=${t('toolsets.create')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${ToolsetFields} form=${form} setForm=${setForm} wrong=${wrong} isNew />
    <//>`;
}
