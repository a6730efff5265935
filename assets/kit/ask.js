import { createContext, useContext } from '../vendor/preact.js';

/** Who asks a person; `ConfirmProvider` of `confirm.js` puts itself here. */
export const Ask = createContext(async () => true);

/**
 * `await confirm({title, text, action, danger, typed, cancel})`: whether the person wants it. `title` names the
 * object (“Revoke “ci”?”), `text` the consequence, `action` the verb. With `typed` that text must be typed in.
 * With `act` (async) the dialog stays until it is done, and shows `failed(error)` if that goes wrong.
 */
export const useConfirm = () => useContext(Ask);
