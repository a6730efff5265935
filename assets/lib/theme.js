/** Light, dark, or (anything else) whatever the system says. */
export function themeOf(wanted) {
  return wanted === 'dark' || wanted === 'light' ? wanted : 'system';
}

/** Shows `element` and what is in it in a theme; `kit/tokens.css` does the rest. */
export function applyTheme(element, wanted) {
  const theme = themeOf(wanted);
  if (theme === 'system') delete element.dataset.theme;
  else element.dataset.theme = theme;
  return theme;
}
