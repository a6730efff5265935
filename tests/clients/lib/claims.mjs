// Runs claims, several at once, and reports which of them hold.
import { patience } from "./patience.mjs";

/**
 * Tries `claims`, an object of functions by name, `atOnce` at a time, and prints one line of JSON: what
 * holds, what does not with the reason, and whatever `more()` adds. `CLAIMS=word|another` tries only
 * those whose name fits.
 */
export async function tryClaims(claims, { atOnce = 1, more = () => ({}) } = {}) {
  const wanted = Object.entries(claims).filter(([name]) => new RegExp(process.env.CLAIMS ?? "").test(name));
  const report = { passed: [], failed: {}, took: {} };
  const queue = [...wanted];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, claim] = next;
      const began = Date.now();
      try {
        await claim();
        report.passed.push(name);
      } catch (error) {
        report.failed[name] = String(error.stack ?? error);
      }
      report.took[name] = (Date.now() - began) / 1000;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  Object.assign(report, await more());
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = Object.keys(report.failed).length === 0 ? 0 : 1;
}

/** Asks again and again until the answer is something; `most` in ms. */
export async function eventually(what, ask, most = patience) {
  const began = Date.now();
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() - began > most) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
