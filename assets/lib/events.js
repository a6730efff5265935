/**
 * Reads a stream of server-sent events piece by piece: `feed(text)` calls `hear({event, data, id})` for each that is
 * complete. What begins with a colon is only there to keep the line open.
 */
export function makeParser(hear) {
  let rest = '';
  let event = {};
  const line = (text) => {
    if (text === '') {
      if (event.data !== undefined) hear({ event: event.event || 'message', data: event.data, id: event.id ?? '' });
      event = {};
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?::[ ]?(.*))?$/s.exec(text);
    if (name === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (name === 'event' || name === 'id') event[name] = value;
  };
  return {
    feed(text) {
      // A return at the end may be half of a line's end.
      const all = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = all.pop();
      all.forEach(line);
    },
  };
}

/**
 * Follows a stream for as long as wanted, and opens it again when it breaks, later and later. `open(signal)` gives a
 * `Response`, `hear(event)` each event, `told(state)` whether it is `open` or `waiting`, or `refused` for good.
 * Gives back how to stop.
 */
export function follow({ open, hear, told = () => {}, wait = pause }) {
  const stop = new AbortController();
  const run = async () => {
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      try {
        const response = await open(stop.signal);
        if (!response.ok) {
          if (response.status < 500 && response.status !== 429) return told('refused');
          throw new TypeError(`status ${response.status}`);
        }
        told('open');
        turn = 0;
        await readAll(response.body, hear);
      } catch {
        // Broken: tried again below.
      }
      if (stop.signal.aborted) return undefined;
      told('waiting');
      await wait(Math.min(15_000, 500 * 2 ** turn), stop.signal);
    }
    return undefined;
  };
  run();
  return () => stop.abort();
}

async function readAll(body, hear) {
  const parser = makeParser(hear);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}

const pause = (ms, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => (clearTimeout(timer), resolve()));
});
