import { html, useEffect, useId, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { Button, IconButton } from './button.js';
import { Dialog } from './dialog.js';
import { useWords } from './words.js';

/**
 * A dialog with a title, what is in it, and a foot of buttons. With `onSubmit` it is a form.
 * `side` makes it a panel at the edge, `wide` a large one. The focus goes to `[autofocus]`, else to the
 * first field, else to the title; and back to where it was at the end.
 */
export function Modal({ title, lead, onClose, onSubmit, children, actions, side = false, wide = false, class: extra = '' }) {
  const { t } = useWords();
  const id = useId();
  const inside = useRef(null);
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
      <${IconButton} icon="close" label=${t('kit.close')} onClick=${onClose} />
    </header>
    <div class="modal-body">${children}</div>
    ${actions && html`<footer class="modal-foot">${actions}</footer>`}`;
  return html`
    <${Dialog} class="modal ${side ? 'side' : ''} ${wide ? 'wide' : ''} ${extra}" labelledby=${id} onEscape=${onClose}>
      ${onSubmit
        ? html`<form class="modal-inside" ref=${inside} onSubmit=${submit} novalidate>${body}</form>`
        : html`<div class="modal-inside" ref=${inside}>${body}</div>`}
    <//>`;
}

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
