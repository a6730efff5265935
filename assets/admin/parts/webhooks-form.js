import { html } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Icon } from '../../kit/icons.js';
import { Modal } from '../../kit/modal.js';
import { SecretOnce } from '../../kit/secret.js';
import { Check } from '../../kit/switch.js';
import { useApp } from '../context.js';

/* What there is to be told, unless the server's list says more. */
export const knownEvents = ['connection.created', 'connection.updated', 'connection.failed', 'connection.recovered', 'connection.deleted', 'approval.requested'];

export const newWebhook = { url: '', description: '', events: [] };

export function flawsOf({ url, events }) {
  const flaws = {};
  if (!url.trim()) flaws.url = 'field.needed';
  else if (!/^https?:\/\/[^\s/]+/i.test(url.trim())) flaws.url = 'webhooks.url.wrong';
  if (events.length === 0) flaws.events = 'webhooks.events.wrong';
  return flaws;
}

export const wishesOf = ({ url, description, events }) => ({ url: url.trim(), description: (description ?? '').trim(), events });

export const eventName = (t, event) => (t.has(`webhooks.event.${event}`) ? t(`webhooks.event.${event}`) : event);

/** The secret of a webhook that was just made or made anew: this once. */
export function SecretShown({ title, made, onClose }) {
  const { t } = useApp();
  return html`
    <${Modal} title=${title} onClose=${onClose} actions=${html`<${Button} kind="primary" onClick=${onClose}>${t('webhooks.made.kept')}<//>`}>
      ${made.secret ? html`<${SecretOnce} label=${t('webhooks.secret')} value=${made.secret} />` : html`<p>${t('webhooks.made.text')}</p>`}
      <p class="quiet small">${t('webhooks.signature')} <code dir="ltr">x-magpie-signature</code></p>
    <//>`;
}

export function WebhookFields({ form, setForm, wrong, events }) {
  const { t } = useApp();
  const all = [...new Set([...events, ...form.events])];
  const toggle = (event, on) => setForm((now) => ({ ...now, events: on ? [...now.events, event] : now.events.filter((each) => each !== event) }));
  return html`
    <${Field} label=${t('webhooks.url')} name="url" type="url" help=${t('webhooks.url.help')} required dir="ltr" placeholder="https://api.example.com/hooks" value=${form.url}
      onValue=${(url) => setForm((now) => ({ ...now, url }))} error=${wrong.url && t(wrong.url)} />
    <${Field} label=${t('webhooks.description')} words=${{ optional: t('optional') }} dir="auto" maxlength="200" value=${form.description} onValue=${(description) => setForm((now) => ({ ...now, description }))} />
    <fieldset class="choices" aria-describedby=${wrong.events ? 'events-wrong' : undefined}>
      <legend>${t('webhooks.events')}</legend>
      ${all.map((event, at) => html`<${Check} key=${event} name=${at === 0 ? 'events' : undefined} label=${eventName(t, event)} help=${html`<code dir="ltr">${event}</code>`} checked=${form.events.includes(event)} onValue=${(on) => toggle(event, on)} />`)}
      ${wrong.events && html`<p class="note error" id="events-wrong"><${Icon} name="warning" />${t(wrong.events)}</p>`}
    </fieldset>`;
}
