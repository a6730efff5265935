/*
 * Connecting through a popup: one attempt, from the click to its outcome.
 *
 * States, as told to `report(state, detail)`:
 *   starting   the window is open, our server is asked where to send it
 *   waiting    the person is at the provider
 *   offline    still waiting, but our server cannot be reached at the moment
 *   blocked    the browser did not open the window
 *   closed     the window is gone without an outcome; one may yet come, and is listened for
 *   saved, denied, failed, expired, cancelled   how it ended; `detail` is the server's answer
 *   refused    it could not begin; `detail.error` says why
 */
const usual = { tick: 500, late: 3_000, tooQuick: 1_000, backOff: [1_000, 2_000, 5_000, 10_000] };
const outcomes = new Set(['saved', 'denied', 'failed', 'expired', 'cancelled']);

/**
 * Starts at once, since browsers open windows only in answer to a click. All that it touches is
 * given: `openPopup()`, `begin(signal)`, `ask(id, signal)`, `cancel(id)`, `wait(ms, signal)`,
 * `isOurs(url)`. Returns `{focus, cancel, leave}`.
 */
export function startFlow({ openPopup, begin, ask, cancel, wait, isOurs, report, times = usual }) {
  const stop = new AbortController();
  const popup = openPopup();
  let id = null;
  let over = false;
  let isGone = false;
  let failures = 0;
  let last = '';

  const tell = (state, detail) => {
    if (over || state === last) return;
    last = state;
    report(state, detail);
  };
  const tellHow = () => tell(isGone ? 'closed' : failures > 0 ? 'offline' : 'waiting');
  const finish = (state, detail = {}) => {
    if (over) return;
    tell(state, detail);
    over = true;
    stop.abort();
    attempt(() => popup?.close());
  };

  const run = async () => {
    tell('starting');
    const flow = await begin(stop.signal);
    if (over) return cancel(flow.id);
    id = flow.id;
    if (!isOurs(flow.url)) throw new Error('foreign');
    attempt(() => (popup.location.href = flow.url));
    tell('waiting');
    watch();
    await poll();
  };

  const poll = async () => {
    while (!over) {
      const asked = Date.now();
      const answer = await ask(id, stop.signal).catch((error) => ({ error }));
      if (over) return;
      if (outcomes.has(answer?.state)) return finish(answer.state, answer);
      if (isFinal(answer?.error)) return finish('expired', answer);
      failures = answer?.error ? failures + 1 : 0;
      tellHow();
      if (failures > 0) await wait(times.backOff[Math.min(failures, times.backOff.length) - 1], stop.signal);
      else if (Date.now() - asked < times.tooQuick) await wait(times.tooQuick, stop.signal);
    }
  };

  /* A provider that isolates its pages makes `closed` true while its window is open: so a closed
     window is only said to be closed, and the outcome still waited for. */
  const watch = async () => {
    while (!over && !popup.closed) await wait(times.tick, stop.signal);
    if (!over) await wait(times.late, stop.signal);
    isGone = true;
    if (!over) tellHow();
  };

  const leave = () => {
    if (over) return;
    over = true;
    stop.abort();
    attempt(() => popup?.close());
    if (id) cancel(id);
  };

  if (!popup || popup.closed) {
    tell('blocked');
    over = true;
  } else {
    run().catch((error) => finish('refused', { error }));
  }
  return {
    /** Brings the window to the front; `false` if there is none to bring. */
    focus: () => {
      if (over || popup.closed) return false;
      attempt(() => popup.focus());
      return true;
    },
    /** The person wants no more: the server forgets the attempt. */
    cancel: () => {
      if (over) return;
      if (id) cancel(id);
      finish('cancelled');
    },
    /** The view is gone: as `cancel`, but nobody is told. */
    leave,
  };
}

/* The session or the flow itself is gone: asking again cannot help. */
const isFinal = (error) => error?.kind === 'expired' || [401, 403, 404, 410].includes(error?.status);

/* Another site's window may throw at a touch; nothing depends on it. */
function attempt(touch) {
  try {
    touch();
  } catch {
    // The window is closed or beyond our reach.
  }
}

/** `wait` by the clock: settles early, and quietly, when the signal says so. */
export function sleep(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
