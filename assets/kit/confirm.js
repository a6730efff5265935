import { html, useCallback, useState } from '../vendor/preact.js';
import { Ask } from './ask.js';
import { Field } from './field.js';
import { Modal, ModalActions } from './modal.js';
import { Notice } from './notice.js';
import { useWords } from './words.js';

/** Asks one thing at a time, over everything that is inside. */
export function ConfirmProvider({ children }) {
  const [asked, setAsked] = useState(null);
  const ask = useCallback((question) => new Promise((resolve) => setAsked({ ...question, resolve })), []);
  const answer = (said) => {
    setAsked(null);
    asked.resolve(said);
  };
  return html`
    <${Ask.Provider} value=${ask}>
      ${children}
      ${asked && html`<${Question} ...${asked} answer=${answer} />`}
    <//>`;
}

function Question({ title, text, action, cancel, danger = true, typed, act, failed = (error) => error.message, answer }) {
  const { t } = useWords();
  const [written, write] = useState('');
  const [wrong, setWrong] = useState(null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState(null);
  const submit = async () => {
    if (busy) return;
    if (typed && written.trim() !== typed) {
      setWrong(t('kit.confirm.wrong', { text: typed }));
      return;
    }
    if (!act) return answer(true);
    setBusy(true);
    setTrouble(null);
    try {
      await act();
      answer(true);
    } catch (error) {
      setTrouble(failed(error));
      setBusy(false);
    }
  };
  return html`
    <${Modal} class="confirm" asks=${false} title=${title} onClose=${() => !busy && answer(false)} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${action} kind=${danger ? 'danger' : 'primary'} busy=${busy} cancelLabel=${cancel} onCancel=${() => answer(false)} />`}>
      ${text && html`<div class="prose">${[text].flat().map((each) => html`<p>${each}</p>`)}</div>`}
      ${typed && html`<${Field} label=${t('kit.confirm.type', { text: typed })} value=${written} onValue=${write} error=${wrong} required autocomplete="off" spellcheck=${false} />`}
      ${trouble && html`<${Notice} tone="danger" role="alert">${trouble}<//>`}
    <//>`;
}
