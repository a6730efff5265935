import { html, useEffect, useId, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { SearchField } from '../../kit/search.js';
import { Select } from '../../kit/select.js';
import { useApp, useConnectors } from '../context.js';

/** What narrows the list, by its name in the address and in the API alike. */
export const filterNames = ['q', 'platform', 'state', 'identityType', 'identity', 'tags'];
export const identityTypes = ['user', 'team', 'organization', 'project'];
const states = ['operational', 'degraded', 'failed'];

/** What of the address is asked of the server: the list and the file alike. */
export function asked(query) {
  const some = Object.fromEntries(filterNames.filter((name) => query[name]).map((name) => [name, query[name]]));
  return { ...some, sort: query.sort || '-createdAt' };
}

export function Filters({ query, children }) {
  const { t, router } = useApp();
  const connectors = useConnectors().value?.rows ?? [];
  const set = (name) => (value) => router.setQuery({ [name]: value || null, skip: null });
  const choice = (name, all, options) => html`<${Select} label=${t(`connections.filter.${name}`)} value=${query[name] ?? ''} onValue=${set(name)} options=${[{ value: '', label: all }, ...options]} />`;
  const isKnown = !query.platform || connectors.some(({ platform }) => platform === query.platform);
  const platforms = [...(isKnown ? [] : [{ value: query.platform, label: query.platform }]), ...connectors.map(({ platform, name }) => ({ value: platform, label: name }))];
  const isSet = filterNames.some((name) => query[name]);
  const clear = () => router.setQuery({ ...Object.fromEntries(filterNames.map((name) => [name, null])), skip: null });
  return html`
    <div class="toolbar filters">
      <${Typed} name="q" value=${query.q} onValue=${set('q')}>${(value, write) => html`<${SearchField} label=${t('connections.search')} value=${value} onValue=${write} clearLabel=${t('search.clear')} />`}<//>
      ${choice('platform', t('connections.all.platform'), platforms)}
      ${choice('state', t('connections.all.state'), states.map((value) => ({ value, label: t(`connections.state.${value}`) })))}
      ${choice('identityType', t('connections.all.identityType'), identityTypes.map((value) => ({ value, label: t(`identity.${value}`) })))}
      <${Typed} value=${query.identity} onValue=${set('identity')}>${(value, write) => html`<${Text} label=${t('connections.filter.identity')} value=${value} onValue=${write} />`}<//>
      <${Typed} value=${query.tags} onValue=${set('tags')}>${(value, write) => html`<${Text} label=${t('connections.filter.tags')} value=${value} onValue=${write} title=${t('connections.filter.tags.help')} />`}<//>
      ${isSet && html`<${Button} kind="quiet" class="small" icon="close" onClick=${clear}>${t('connections.filter.clear')}<//>`}
      <div class="push row-of">${children}</div>
    </div>`;
}

/* What is typed is seen at once and asked for a moment later. When the address changes otherwise, it wins. */
function Typed({ value = '', onValue, children }) {
  const [written, write] = useState(value);
  const timer = useRef(0);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    clearTimeout(timer.current);
    told.current = value;
    write(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text) => {
    write(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      told.current = text;
      onValue(text);
    }, 250);
  };
  return children(written, type);
}

function Text({ label, value, onValue, ...rest }) {
  const id = useId();
  return html`
    <div class="box filter-text ${value ? 'set' : ''}">
      <label for=${id} class="unseen">${label}</label>
      <input id=${id} value=${value} placeholder=${label} dir="auto" autocomplete="off" autocapitalize="none" spellcheck=${false} onInput=${(event) => onValue(event.target.value)} ...${rest} />
    </div>`;
}
