const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const seen = new Map<string, string>();

/** What the clocks of a time zone show at an instant, as `2026-03-29 02:30`: by Node's own data, and nobody's arithmetic. */
export function shown(timeZone: string, instant: number): string {
  const key = `${timeZone} ${instant}`;
  const text = seen.get(key) ?? look(timeZone, instant);
  seen.set(key, text);
  return text;
}

function look(timeZone: string, instant: number): string {
  const format = formats.get(timeZone) ?? newFormat(timeZone);
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  const twoDigits = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric", ...twoDigits, hourCycle: "h23" });
}

/** The instants at which the clocks of a time zone are put forward or back, to the minute. */
export function transitions(timeZone: string, from: number, until: number): number[] {
  const found: number[] = [];
  for (let day = from; day < until; day += DAY_MS) {
    if (offsetAt(timeZone, day) !== offsetAt(timeZone, day + DAY_MS)) found.push(transitionOf(timeZone, day));
  }
  return found;
}

function transitionOf(timeZone: string, day: number): number {
  const before = offsetAt(timeZone, day);
  let instant = day;
  while (offsetAt(timeZone, instant) === before) instant += MINUTE_MS;
  return instant;
}

/** By how many minutes the clocks of a time zone are ahead of UTC. */
export function offsetAt(timeZone: string, instant: number): number {
  return (Date.parse(`${shown(timeZone, instant).replace(" ", "T")}Z`) - instant) / MINUTE_MS;
}

/**
 * When a daily `HH:MM` happens between two instants, by a walk minute by minute: when the clocks first show it on a day,
 * or, on a day on which they skip it, when they have been put forward.
 */
export function dailyBySight(timeZone: string, time: string, from: number, until: number): number[] {
  const found = new Map<string, number>();
  let before = shown(timeZone, from - MINUTE_MS);
  for (let instant = from; instant < until; instant += MINUTE_MS) {
    const now = shown(timeZone, instant);
    for (const day of new Set([before.slice(0, 10), now.slice(0, 10)])) {
      const wanted = `${day} ${time}`;
      if (!found.has(day) && before < wanted && wanted <= now) found.set(day, instant);
    }
    before = now;
  }
  return [...found.values()];
}

/** When the clocks show one of these minutes of the hour, by the same walk: both times, where they do so twice. */
export function minutesBySight(timeZone: string, minutes: readonly string[], from: number, until: number): number[] {
  const found: number[] = [];
  for (let instant = from; instant < until; instant += MINUTE_MS)
    if (minutes.includes(shown(timeZone, instant).slice(14))) found.push(instant);
  return found;
}
