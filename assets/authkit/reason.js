import { kinds } from '../lib/api.js';

/** An error as a sentence: the other side's own if it has one. */
export function reason(t, error) {
  if (error.message === 'foreign') return t('form.foreign');
  if (error.kind === kinds.offline) return t('form.offline');
  if (error.kind === kinds.slow) return t('form.slow');
  return error.message || t('form.failed');
}
