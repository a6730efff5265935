import { createContext, html, useCallback, useContext, useState } from '../vendor/preact.js';
import { Field } from './field.js';
import { Modal, ModalActions } from './modal.js';
import { Notice } from './notice.js';
import { useWords } from './words.js';

const Ask = createContext(async () => false);

/**
 * `await confirm({title, text, action, danger, typed, cancel})`: whether the person wants it. `title` names the
 * object (“Revoke “ci”?”), `text` the consequence, `action` the verb. With `typed` that text must be typed in.
 * With `act` (async) the dialog stays until it is done, and shows `failed(error)` if that goes wrong.
 */
export const useConfirm = () => useContext(Ask);

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
    <${Modal} class="confirm" title=${title} onClose=${() => !busy && answer(false)} onSubmit=${submit}
      actions=${html`<${ModalActions} label=${action} kind=${danger ? 'danger' : 'primary'} busy=${busy} cancelLabel=${cancel} onCancel=${() => answer(false)} />`}>
      ${text && html`<div class="prose">${[text].flat().map((each) => html`<p>${each}</p>`)}</div>`}
      ${typed && html`<${Field} label=${t('kit.confirm.type', { text: typed })} value=${written} onValue=${write} error=${wrong} required autocomplete="off" spellcheck=${false} />`}
      ${trouble && html`<${Notice} tone="danger" role="alert">${trouble}<//>`}
    <//>`;
}
