import { useToast } from '../../kit/toast.js';
import { ApiError, kinds } from '../../lib/api.js';
import { useAct, useApp } from '../context.js';

/** Gets a file as this session and gives it to the person: `{run, busy}`. What goes wrong is said. */
export function useDownload() {
  const { api, explain } = useApp();
  const toast = useToast();
  return useAct(async (path, { query, name }) => {
    try {
      const answer = await api.raw(path, { query });
      if (!answer.ok) throw await asError(answer);
      offer(await answer.blob(), name);
    } catch (error) {
      toast(explain(error), { tone: 'danger' });
    }
  });
}

async function asError(answer) {
  const { message = '', key = '', requestId = '' } = await answer.json().catch(() => ({}));
  return new ApiError(kinds.refused, { status: answer.status, message, key, requestId });
}

function offer(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
