import { html } from '../../vendor/preact.js';
import { Page } from '../parts/page.js';
import { useApp } from '../context.js';
import { Button } from '../../kit/button.js';
export default function Keys() {
  const { t } = useApp();
  return html`<${Page} title=${t('nav.keys')} lead="x" actions=${html`<${Button} kind="primary" icon="plus">Create<//>`} />`;
}
