import { html, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { CopyButton } from '../../kit/copy.js';
import { Field } from '../../kit/field.js';
import { Modal, ModalActions } from '../../kit/modal.js';
import { Notice } from '../../kit/notice.js';
import { Time } from '../../kit/time.js';
import { useAct, useApp } from '../context.js';
import { nameOf } from './connection-state.js';

const lives = [3_600, 86_400, 7 * 86_400, 30 * 86_400];

/** Makes a link by which a connection's owner connects again; it keeps its id, key and tags. */
export function ReconnectLink({ row, onClose }) {
  const { t } = useApp();
  const [life, setLife] = useState(String(86_400));
  const { api } = useApp();
  const [made, setMade] = useState(null);
  const act = useAct(() => api.post('/v1/authkit/links', { connection: row.id, expiresInSeconds: Number(life) }));
  const submit = async () => {
    const link = await act.run();
    if (link) setMade(link);
  };
  const name = nameOf(row) || row.platform;
  if (made) return html`<${Made} made=${made} name=${name} onClose=${onClose} />`;
  return html`
    <${Modal} title=${t('connection.link.title', { name })} lead=${t('connection.link.lead')} onClose=${onClose} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${t('connection.link.make')} busy=${act.busy} onCancel=${onClose} />`}>
      ${act.error && html`<${Notice} tone="danger" role="alert">${act.error}<//>`}
      <${Field} label=${t('connection.link.life')} type="select" required value=${life} onValue=${setLife} options=${lives.map((value) => ({ value: String(value), label: t(`connection.link.life.${value}`) }))} />
    <//>`;
}

function Made({ made, name, onClose }) {
  const { t, format } = useApp();
  return html`
    <${Modal} title=${t('connection.link.made')} lead=${t('connection.link.made.lead', { name })} onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>${t('done')}<//>`}>
      <div class="field">
        <p class="field-name" id="reconnect-link">${t('connection.link.address')}</p>
        <div class="box"><input readonly dir="ltr" aria-labelledby="reconnect-link" value=${made.url} onFocus=${(event) => event.target.select()} /><${CopyButton} text=${made.url} label=${t('kit.copy-this', { what: t('connection.link.address') })} /></div>
        <p class="note">${t('connection.link.until', { time: format.moment(made.expiresAt) })} (<${Time} value=${made.expiresAt} />)</p>
      </div>
      <${Notice} tone="info">${t('connection.link.warning')}<//>
    <//>`;
}
