import { html } from '../../vendor/preact.js';
import { Icon } from '../../kit/icons.js';
import { byCategory } from '../catalogue.js';
import { useApp } from '../context.js';

/** A category's name in the person's language, or as the catalogue has it. */
export function categoryName(t, category) {
  if (!category) return t('category.none');
  const key = `category.${category}`;
  return t.has(key) ? t(key) : category;
}

/** Narrows the list to one category; not there when there is only one. */
export function CategoryPicker({ connectors, value, onValue }) {
  const { t } = useApp();
  const categories = byCategory(connectors, (name) => categoryName(t, name)).filter(([name]) => name);
  if (categories.length < 2) return null;
  return html`
    <div class="box category">
      <select aria-label=${t('list.category')} value=${value} onChange=${(event) => onValue(event.target.value)}>
        <option value="">${t('list.categories')}</option>
        ${categories.map(([name]) => html`<option key=${name} value=${name}>${categoryName(t, name)}</option>`)}
      </select>
      <${Icon} name="down" class="select-mark" />
    </div>`;
}
