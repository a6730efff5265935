/* What a browser remembers for a person: looks and places, never anything secret. Nothing breaks without it. */
const name = (key) => `magpie.${key}`;

export function recall(key, otherwise = null) {
  try {
    const text = sessionStorage.getItem(name(key)) ?? localStorage.getItem(name(key));
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/** Keeps a value for this tab, and as what new tabs begin with. */
export function remember(key, value) {
  try {
    sessionStorage.setItem(name(key), JSON.stringify(value));
    localStorage.setItem(name(key), JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: then nothing is kept.
  }
}

/** Keeps a value for this tab only; `recall` finds it. */
export function rememberHere(key, value) {
  try {
    sessionStorage.setItem(name(key), JSON.stringify(value));
  } catch {
    // Full, or not allowed: then it is not kept.
  }
}
