import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { Button } from '../../kit/button.js';
import { Field } from '../../kit/field.js';
import { Icon } from '../../kit/icons.js';
import { Notice } from '../../kit/notice.js';
import { Check } from '../../kit/switch.js';
import { fillPath } from '../../lib/router.js';
import { useAct, useApp, useUnsaved } from '../context.js';
import { Source } from '../parts/import-source.js';
import { Summary, Trouble } from '../parts/import-summary.js';
import { Page } from '../parts/page.js';

const nothing = { platform: '', baseUrl: '', include: '', exclude: '' };

/** A connector from the description of an API: looked at first, then made. */
export default function Import() {
  const { t, api, shared, can } = useApp();
  const [document, setDocument] = useState({ text: '', name: '' });
  const [wishes, setWishes] = useState(nothing);
  const [replace, setReplace] = useState(false);
  const [looked, setLooked] = useState(null);
  const [made, setMade] = useState(null);
  const result = useRef(null);
  const ask = (dryRun) => api.post('/v1/connectors/import', { document: document.text, ...Object.fromEntries(Object.entries(wishes).filter(([, value]) => value.trim())), dryRun, replace }, { timeout: 180_000 });
  const look = useAct(async () => setLooked(await ask(true)));
  const make = useAct(async () => {
    const found = await ask(false);
    shared.forget('connectors');
    setMade(found);
  });
  useUnsaved(document.text !== '' && !made);
  useEffect(() => result.current?.focus(), [looked, made]);
  // What was looked at is no more what would be made.
  const change = (act) => (value) => {
    act(value);
    setLooked(null);
    look.clear();
    make.clear();
  };
  const wish = (name) => change((value) => setWishes((now) => ({ ...now, [name]: value })));
  const restart = () => {
    setMade(null);
    setLooked(null);
    setDocument({ text: '', name: '' });
    setWishes(nothing);
    setReplace(false);
  };
  const head = { title: t('import.title'), lead: t('import.lead'), back: { href: '#/tools', label: t('nav.tools') } };
  if (!can('manager')) return html`<${Page} narrow ...${head}><${Notice} tone="info">${t('import.no-right')}<//><//>`;
  if (made) return html`<${Page} narrow ...${head}><${Made} made=${made} restart=${restart} heading=${result} /><//>`;
  const isEmpty = document.text.trim() === '';
  const exists = [look, make].some(({ cause }) => cause?.status === 409);
  const field = (name, more) => html`<${Field} label=${t(`import.${name}`)} help=${t(`import.${name}.help`)} value=${wishes[name]} onValue=${wish(name)} words=${{ optional: t('optional') }} dir="ltr" autocomplete="off" spellcheck=${false} ...${more} />`;
  return html`
    <${Page} narrow ...${head}>
      <form class="stack" novalidate onSubmit=${(event) => (event.preventDefault(), isEmpty || look.run())}>
        <${Source} document=${document} onDocument=${change(setDocument)} />
        <details class="more-fields panel"><summary>${t('import.wishes')}</summary>
          <div class="stack">${field('platform', { placeholder: 'petco' })}${field('baseUrl', { type: 'url', placeholder: 'https://api.example.com/v1' })}${field('include', { placeholder: '^/v1/' })}${field('exclude', { placeholder: '^/internal/' })}</div>
        </details>
        ${look.error && (look.cause?.status === 422 || look.cause?.status === 400 ? html`<${Trouble} message=${look.cause.message || look.error} text=${document.text} />` : html`<${Notice} tone="danger" role="alert">${look.error}<//>`)}
        ${(exists || replace) && html`<${Check} label=${t('import.replace')} help=${t('import.replace.help')} checked=${replace} onValue=${change(setReplace)} />`}
        ${!looked && html`<div class="row-of"><${Button} type="submit" kind="primary" icon="search" busy=${look.busy} disabled=${isEmpty}>${t('import.look')}<//><span class="quiet small">${t('import.look.note')}</span></div>`}
      </form>
      ${looked && html`
        <section class="stack" aria-labelledby="import-result">
          <h2 id="import-result" class="import-head" tabIndex="-1" ref=${result}>${t('import.would')}</h2>
          <${Summary} result=${looked} />
          ${make.error && html`<${Notice} tone="danger" role="alert">${make.error}<//>`}
          <div class="row-of"><${Button} kind="primary" icon="check" busy=${make.busy} onClick=${make.run}>${t('import.make')}<//></div>
        </section>`}
    <//>`;
}

function Made({ made, restart, heading }) {
  const { t } = useApp();
  return html`
    <section class="stack" aria-labelledby="import-made">
      <${Notice} tone="success" actions=${html`
        <a class="button primary" href=${`#${fillPath('/tools/:platform', made)}`}><${Icon} name="wrench" />${t('import.made.show')}</a>
        <a class="button" href=${`#/authkit?q=${encodeURIComponent(made.platform)}`}>${t('import.made.authkit')}</a>
        <${Button} onClick=${restart}>${t('import.made.more')}<//>`}>
        <h2 id="import-made" tabIndex="-1" ref=${heading} dir="auto">${t('import.made', { name: made.summary.title })}</h2>
        <p>${t('import.made.text')}</p>
      <//>
      <${Summary} result=${made} />
    </section>`;
}
