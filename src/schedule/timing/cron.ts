import { createRequire } from "node:module";
import type { DayRule, Occurrences, Timing } from "./timing.ts";

type Croner = typeof import("croner");
type Cron = import("croner").Cron;

// Loaded by the first pattern, as no worker without one shall hold it, and at once, not by import(): a mistake in a
// pattern is then told on the line that defines the schedule.
const require = createRequire(import.meta.url);

/**
 * The occurrences of a crontab pattern, in its time zone. A time that the clocks skip happens when they have been put
 * forward; one that they show twice happens the first time. A pattern with a `*` or a step in seconds, minutes or hours
 * follows the clock instead, as cron has it: what it shows twice happens twice.
 *
 * @throws what croner throws at a pattern that it does not understand.
 */
export function cronOccurrences({ pattern, timeZone, dayRule }: Extract<Timing, { kind: "cron" }>): Occurrences {
  const cron = parse(pattern, timeZone, dayRule);
  return {
    after: (instant) => cron.nextRun(new Date(instant))?.getTime(),
    // croner counts in whole seconds, and gives what lies before the second that it is asked for.
    upTo: (instant) => cron.previousRuns(1, new Date(Math.floor(instant / 1_000) * 1_000 + 1_000))[0]?.getTime(),
  };
}

function parse(pattern: string, timeZone: string, dayRule: DayRule): Cron {
  const { Cron } = require("croner") as Croner;
  return new Cron(pattern, {
    timezone: timeZone,
    mode: "5-or-6-parts",
    domAndDow: dayRule === "both",
    fixedTimeRule: "no-wildcard",
  });
}

/** What is wrong with a pattern, in a sentence that can follow its name; `undefined`: nothing. */
export function cronMistake(pattern: string): string | undefined {
  try {
    parse(pattern, "UTC", "either");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "").replace(/\.$/, "") : String(error);
  }
}
