import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { IconButton } from '../../kit/button.js';
import { useApp } from '../context.js';

/** What is around every view: back, whose window it is, close. */
export function Frame({ onBack, onClose, children }) {
  const { t } = useApp();
  return html`
    <header class="bar">
      <div>${onBack && html`<${IconButton} icon="back" label=${t('back')} onClick=${onBack} />`}</div>
      <${Brand} />
      <div>${onClose && html`<${IconButton} icon="close" label=${t('close')} onClick=${onClose} />`}</div>
    </header>
    ${children}`;
}

/** The customer's picture and name; a picture that does not load is as if there were none. */
function Brand() {
  const { params, session } = useApp();
  const [failed, fail] = useState(false);
  const name = session?.companyName || params.companyName;
  const image = !failed && params.imageUrl;
  if (!name && !image) return html`<div />`;
  return html`
    <div class="brand">
      ${image && html`<img src=${image} alt=${name ? '' : params.title} referrerpolicy="no-referrer" onError=${() => fail(true)} />`}
      ${name && html`<span>${name}</span>`}
    </div>`;
}

/** The part of a view that scrolls, and below it what stays in sight. */
export function Body({ children, footer, class: extra = '' }) {
  const body = useRef(null);
  const [more, setMore] = useState(false);
  useEffect(() => {
    const element = body.current;
    const look = () => setMore(element.scrollHeight - element.scrollTop - element.clientHeight > 4);
    const watcher = new ResizeObserver(look);
    [element, ...element.children].forEach((each) => watcher.observe(each));
    element.addEventListener('scroll', look, { passive: true });
    return () => watcher.disconnect();
  }, []);
  return html`
    <div class="view ${extra}" ref=${body}>${children}</div>
    ${footer && html`<footer class="foot ${more ? 'over' : ''}">${footer}</footer>`}`;
}
