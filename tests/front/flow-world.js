import { startFlow } from '../../assets/authkit/flow.js';

/** Lets everything happen that was only waiting for its turn. */
export const settled = () => new Promise(setImmediate);

/**
 * A flow in a world where nothing happens by itself: `answer` gives the next outcome to who asks,
 * `tick` lets time pass for everybody who waits.
 */
export function world({ popup = fakePopup(), begin, url = 'https://magpie.example/connect/start/1' } = {}) {
  const seen = [];
  const cancelled = [];
  const asking = [];
  let waiting = [];
  const flow = startFlow({
    report: (state, detail) => seen.push([state, detail]),
    openPopup: () => popup,
    begin: begin ?? (async () => ({ id: 'f1', url })),
    ask: (id) => new Promise((resolve, reject) => asking.push({ resolve, reject })),
    cancel: (id) => cancelled.push(id),
    wait: (ms, signal) => new Promise((resolve) => {
      waiting.push(resolve);
      signal.addEventListener('abort', resolve);
    }),
    isOurs: (address) => address.startsWith('https://magpie.example/'),
  });
  const tick = async (times = 1) => {
    for (let i = 0; i < times; i += 1) {
      const all = waiting;
      waiting = [];
      all.forEach((resolve) => resolve());
      await settled();
    }
  };
  const answer = async (value) => {
    asking.shift().resolve(value);
    await settled();
  };
  const fail = async (error) => {
    asking.shift().reject(error);
    await settled();
  };
  return { flow, popup, seen, cancelled, asking, tick, answer, fail, states: () => seen.map(([state]) => state) };
}

function fakePopup() {
  return {
    location: {},
    closed: false,
    focus() {},
    close() {
      this.closed = true;
    },
  };
}
