import { html, useEffect, useId, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { useConfirm } from './ask.js';
import { Button, IconButton } from './button.js';
import { Dialog } from './dialog.js';
import { useWords } from './words.js';

/**
 * A dialog with a title, what is in it, and a foot of buttons. With `onSubmit` it is a form.
 * `side` makes it a panel at the edge, `wide` a large one. The focus goes to `[autofocus]`, else to the
 * first field, else to the title; and back to where it was at the end. Escape and the cross ask before something
 * typed is thrown away, unless `asks` is false because `onClose` sees to that.
 */
export function Modal({ title, lead, onClose, onSubmit, children, actions, side = false, wide = false, asks = true, class: extra = '' }) {
  const { t } = useWords();
  const id = useId();
  const inside = useRef(null);
  const close = useAsking(inside, asks, onClose);
  useReturnOfFocus();
  useEffect(() => {
    const wanted = inside.current.querySelector('[autofocus]') ?? inside.current.querySelector('.modal-body :is(input, select, textarea):not([type=radio]:not(:checked))');
    (wanted ?? inside.current.querySelector('h2')).focus();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    onSubmit();
  };
  const body = html`
    <header class="modal-head">
      <div><h2 id=${id} tabIndex="-1" dir="auto">${title}</h2>${lead && html`<p class="quiet">${lead}</p>`}</div>
      <${IconButton} icon="close" label=${t('kit.close')} onClick=${close} />
    </header>
    <div class="modal-body">${children}</div>
    ${actions && html`<footer class="modal-foot">${actions}</footer>`}`;
  return html`
    <${Dialog} class="modal ${side ? 'side' : ''} ${wide ? 'wide' : ''} ${extra}" labelledby=${id} onEscape=${close}>
      ${onSubmit
        ? html`<form class="modal-inside" ref=${inside} onSubmit=${submit} novalidate>${body}</form>`
        : html`<div class="modal-inside" ref=${inside}>${body}</div>`}
    <//>`;
}

/* What the fields were before somebody came to them is told by the first focus: all that is typed comes after it. */
function useAsking(inside, asks, onClose) {
  const { t } = useWords();
  const confirm = useConfirm();
  const before = useRef(new Map());
  const asking = useRef(false);
  useLayoutEffect(() => {
    const look = () => [...inside.current.querySelectorAll(kept)].forEach((each) => before.current.has(each) || before.current.set(each, stateOf(each)));
    const element = inside.current;
    element.addEventListener('focusin', look);
    return () => element.removeEventListener('focusin', look);
  }, []);
  return async () => {
    const isTyped = [...before.current].some(([each, state]) => each.isConnected && stateOf(each) !== state);
    if (!asks || !isTyped) return onClose();
    if (asking.current) return undefined;
    asking.current = true;
    const isMeant = await confirm({ title: t('kit.lose.title'), text: t('kit.lose.text'), action: t('kit.lose.action'), cancel: t('kit.lose.stay') });
    asking.current = false;
    return isMeant ? onClose() : undefined;
  };
}

const kept = '.modal-body :is(input:not([type=search], [readonly]), select, textarea, .tag-box)';

const stateOf = (each) => (each.matches('.tag-box') ? each.textContent : each.matches('[type=checkbox], [type=radio]') ? String(each.checked) : each.value);

/** When what is inside goes away, the focus returns to where it was before. */
export function useReturnOfFocus() {
  const [before] = useState(() => document.activeElement);
  useLayoutEffect(() => () => void setTimeout(() => {
    const isLost = document.activeElement === document.body || !document.activeElement;
    if (isLost && before?.isConnected) before.focus();
  }), []);
}

/** The usual foot: what will be done at the end, the way out before it. */
export function ModalActions({ label, kind = 'primary', busy, onCancel, onAct, cancelLabel, disabled }) {
  const { t } = useWords();
  return html`
    <${Button} onClick=${onCancel}>${cancelLabel ?? t('kit.cancel')}<//>
    <${Button} kind=${kind} busy=${busy} type=${onAct ? 'button' : 'submit'} onClick=${onAct} disabled=${disabled}>${label}<//>`;
}
