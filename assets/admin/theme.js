import { applyTheme, themeOf } from '../lib/theme.js';
import { recall, remember } from './keep.js';

export const keptTheme = () => themeOf(recall('theme'));

export const applyKeptTheme = () => applyTheme(document.documentElement, keptTheme());

export function chooseTheme(wanted) {
  remember('theme', themeOf(wanted));
  return applyKeptTheme();
}
