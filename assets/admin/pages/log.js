import { html } from '../../vendor/preact.js';
import { Loaded } from '../../kit/load.js';
import { SkeletonLines } from '../../kit/skeleton.js';
import { useApp } from '../context.js';
import { Entry, titleOf, useEntry } from '../parts/logs-entry.js';
import { Page } from '../parts/page.js';

/** One entry as a page of its own: to be linked to, and for small screens. */
export default function Log({ params }) {
  const { t, explain } = useApp();
  const entry = useEntry(params.id);
  return html`
    <${Page} narrow key=${entry.value ? 'full' : 'empty'} title=${entry.value ? titleOf(t, entry.value) : t('logs.entry')} back=${{ href: '#/logs', label: t('nav.logs') }}>
      <${Loaded} of=${entry} explain=${explain} skeleton=${html`<${SkeletonLines} count=${8} />`}>${(value) => html`<div class="panel"><${Entry} entry=${value} /></div>`}<//>
    <//>`;
}
