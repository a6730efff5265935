/** Where an arrow, Home or End leads in a list with one tab stop; `null` if the key means nothing there. */
export function nextIndex(key, index, length) {
  if (length === 0) return null;
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, length - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    case 'PageDown':
      return Math.min(index + 8, length - 1);
    case 'PageUp':
      return Math.max(index - 8, 0);
    default:
      return null;
  }
}

/** Whether a key would write something: shortcuts must not fire there. */
export function isTyping(target) {
  const name = target?.tagName?.toLowerCase();
  return name === 'input' || name === 'textarea' || name === 'select' || Boolean(target?.isContentEditable);
}

/** A key on its own, without modifiers, outside of fields. */
export function isShortcut(event, key) {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  return event.key === key && !modified && !event.isComposing && !isTyping(event.target);
}
