import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { ViewHeading } from './heading.js';

/** The top of a page: what it is, one line on what it is for, what can be done. `back` is `{href, label}`; `mark` stands before the title. */
export function PageHeader({ title, lead, mark, badges, actions, back, focus = true }) {
  return html`
    <header class="page-header">
      ${back && html`<a class="back-link" href=${back.href}><${Icon} name="back" />${back.label}</a>`}
      <div class="page-title">
        ${mark}
        <div class="page-words">
          <div class="title-line"><${ViewHeading} focus=${focus} dir="auto">${title}<//>${badges}</div>
          ${lead && html`<p class="lead">${lead}</p>`}
        </div>
        ${actions && html`<div class="page-actions">${actions}</div>`}
      </div>
    </header>`;
}

/** A part of a page with its own heading. */
export function Section({ title, lead, actions, children, class: extra = '', level = 2 }) {
  return html`
    <section class="section ${extra}">
      ${(title || actions) && html`
        <div class="section-head">
          <div>${title && (level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`)}${lead && html`<p class="quiet small">${lead}</p>`}</div>
          ${actions && html`<div class="section-actions">${actions}</div>`}
        </div>`}
      ${children}
    </section>`;
}

/** Names and values. A fact is `[name, value]`; those without a value are left out. */
export function Facts({ facts, class: extra = '' }) {
  const kept = facts.filter((fact) => fact && fact[1] !== undefined && fact[1] !== null && fact[1] !== '');
  return html`<dl class="fact-list ${extra}">${kept.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
