const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** Everything that depends on how a language writes numbers and times. `now` is for tests. */
export function makeFormat(lang, { now = Date.now, timeZone } = {}) {
  const made = new Map();
  // A browser takes some milliseconds to make one, and most pages want only a few.
  const using = (Kind, options = {}) => {
    const name = Kind.name + JSON.stringify(options);
    if (!made.has(name)) made.set(name, new Kind(lang, options));
    return made.get(name);
  };
  const asNumber = (value, options) => using(Intl.NumberFormat, options).format(value);
  const asTime = (time, options) => using(Intl.DateTimeFormat, { ...options, timeZone }).format(new Date(time));
  const inUnit = (value, unit, maximumFractionDigits = 0, unitDisplay = 'short') => asNumber(value, { style: 'unit', unit, unitDisplay, maximumFractionDigits });
  return {
    lang,
    number: (value) => asNumber(value),
    /** 12.3K */
    short: (value) => asNumber(value, { notation: 'compact', maximumFractionDigits: 1 }),
    /** Of a share between 0 and 1. */
    percent: (share) => asNumber(share, { style: 'percent', maximumFractionDigits: 1 }),
    list: (values) => using(Intl.ListFormat, { type: 'conjunction' }).format(values),
    /** “3 minutes ago”, “in 2 days”. */
    relative(time) {
      const relative = using(Intl.RelativeTimeFormat, { numeric: 'auto' });
      const seconds = (Date.parse(time) - now()) / 1_000;
      const [name, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
      if (name === 'second' && Math.abs(seconds) < 10) return relative.format(0, 'second');
      return relative.format(Math.trunc(seconds / length), name);
    },
    moment: (time) => asTime(time, { dateStyle: 'medium', timeStyle: 'medium' }),
    day: (time) => asTime(time, { dateStyle: 'medium' }),
    dayShort: (time) => asTime(time, { month: 'short', day: 'numeric' }),
    clock: (time) => asTime(time, { hour: '2-digit', minute: '2-digit' }),
    exactClock: (time) => asTime(time, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false }),
    /** Of milliseconds: as exact as anybody needs. */
    duration(ms) {
      if (ms < 10) return inUnit(ms, 'millisecond', 1);
      if (ms < 1_000) return inUnit(ms, 'millisecond');
      if (ms < 60_000) return inUnit(ms / 1_000, 'second', 1);
      return this.span(ms / 1_000);
    },
    /** Of seconds, in the two largest units: “3 hr, 20 min”. */
    span(seconds) {
      const steps = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
      const first = Math.max(0, steps.findIndex(([, length]) => seconds >= length));
      let rest = Math.max(0, Math.round(seconds));
      if (seconds < 1) return inUnit(0, 'second');
      const parts = steps.slice(first, first + 2).map(([name, length]) => {
        const count = Math.floor(rest / length);
        rest -= count * length;
        return [count, name];
      });
      return parts.filter(([count], index) => count > 0 || index === 0).map(([count, name]) => inUnit(count, name)).join(' ');
    },
    bytes(count) {
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
      const power = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
      return inUnit(count / 1_000 ** power, names[power], power === 0 ? 0 : 1, power === 0 ? 'long' : 'short');
    },
  };
}
