import { parseDuration } from "../kernel/duration.ts";
import { parseInstant } from "../kernel/instant.ts";
import { defaults, fixedLimits, type OptionReader, show } from "../kernel/options/index.ts";
import type { SolarOptions, TimingOptions } from "./options.ts";
import { cronMistake, isTimeZone, type SolarEvent, similarTimeZone, type Timing } from "./timing/index.ts";

/** The options that say when, one of which is needed. */
const timingKeys = ["every", "cron", "at", "solar"] as const;
const cronOnlyKeys = ["timeZone", "dayRule"] as const;
const solarEvents: readonly SolarEvent[] = ["dawn", "sunrise", "noon", "sunset", "dusk"];

/** The names of the options of a timing. */
export const timingOptionKeys: readonly (keyof TimingOptions)[] = [...timingKeys, ...cronOnlyKeys];

/** Reads a change of when a schedule happens: another pattern keeps the time zone, another kind of timing keeps nothing. */
export function readChangedTiming(
  reader: OptionReader,
  options: TimingOptions,
  base: Timing,
  startAt: number | undefined,
): Timing {
  const given = timingOptionKeys.filter((key) => options[key] !== undefined);
  if (given.length === 0) return base.kind === "every" ? { ...base, anchorAt: startAt ?? 0 } : base;
  if (base.kind !== "cron" || options.every !== undefined || options.at !== undefined || options.solar !== undefined)
    return readTiming(reader, options, startAt);
  const { cron = base.pattern, timeZone = base.timeZone, dayRule = base.dayRule } = options;
  return readTiming(reader, { cron, timeZone, dayRule }, startAt);
}

/** Reads when a schedule happens; `startAt` is where a grid begins. */
export function readTiming(reader: OptionReader, options: TimingOptions, startAt: number | undefined): Timing {
  const given = timingKeys.filter((key) => options[key] !== undefined);
  if (given.length === 0) reader.mistake(`nothing says when: give one of ${timingKeys.join(", ")}`);
  if (given.length > 1) reader.mistake(`${given.join(" and ")} exclude each other: give one of them`);
  const strayed = cronOnlyKeys.filter((key) => options[key] !== undefined && options.cron === undefined);
  for (const key of strayed) reader.mistake(`${key} belongs to cron: the other timings are the same everywhere`);
  if (options.every !== undefined) return readInterval(reader, options.every, startAt);
  if (options.cron !== undefined) return readCron(reader, options.cron, options);
  if (options.at !== undefined) return { kind: "at", at: readInstant(reader, "at", options.at) };
  if (options.solar !== undefined) return readSolar(reader, options.solar);
  return { kind: "at", at: 0 };
}

/** Reads an instant: a `Date`, or UTC epoch milliseconds. */
export function readInstant(reader: OptionReader, path: string, instant: unknown): number {
  const epochMs = parseInstant(instant);
  if (epochMs !== undefined) return epochMs;
  const shown = instant instanceof Date ? "an invalid Date" : show(instant);
  reader.mistake(`${path} is ${shown}, not an instant: pass a valid Date, or UTC epoch milliseconds`);
  return 0;
}

function readInterval(
  reader: OptionReader,
  every: NonNullable<TimingOptions["every"]>,
  startAt: number | undefined,
): Timing {
  const everyMs = reader.durationMs("every", every, 0);
  const least = fixedLimits["schedule.every, at least"].value;
  if (parseDuration(every) !== undefined && everyMs < (parseDuration(least) ?? 0))
    reader.mistake(`every is ${show(every)}, below ${least}: what is wanted more often is a loop within a job`);
  return { kind: "every", everyMs: Math.max(1, everyMs), anchorAt: startAt ?? 0 };
}

function readCron(reader: OptionReader, pattern: string, { timeZone, dayRule }: TimingOptions): Timing {
  const zone = timeZone ?? defaults["schedule.timeZone"].value;
  if (!isTimeZone(zone)) reader.mistake(timeZoneMistake(zone));
  const mistake = typeof pattern === "string" ? patternMistake(pattern) : "it is no text";
  if (mistake !== undefined)
    reader.mistake(`cron is ${show(pattern)}: ${mistake}. Example: "30 2 * * MON-FRI", at 02:30 from Monday to Friday`);
  return {
    kind: "cron",
    pattern,
    timeZone: zone,
    dayRule: reader.choice("dayRule", dayRule, defaults["schedule.dayRule"].value, ["either", "both"]),
  };
}

function patternMistake(pattern: string): string | undefined {
  if (/^\s*@reboot\s*$/i.test(pattern)) return "a schedule knows no reboot; push a job where your process starts";
  const fields = pattern.trim().split(/\s+/).length;
  if (!pattern.trim().startsWith("@") && (fields < 5 || fields > 6))
    return `it has ${fields === 1 ? "1 field" : `${fields} fields`}, not five (minute, hour, day of month, month, day of week) or six (seconds first)`;
  return cronMistake(pattern);
}

function timeZoneMistake(name: unknown): string {
  const similar = typeof name === "string" ? similarTimeZone(name) : undefined;
  const advice =
    similar === undefined ? 'write an IANA name such as "Europe/Berlin"' : `did you mean ${show(similar)}?`;
  return `timeZone is ${show(name)}, which is no time zone that this Node knows: ${advice}`;
}

function readSolar(reader: OptionReader, options: SolarOptions): Timing {
  const { event, latitude, longitude } = reader.knownKeys("solar", options, ["event", "latitude", "longitude"]);
  if (event === undefined) reader.mistake(`solar.event is missing: give one of ${solarEvents.map(show).join(", ")}`);
  return {
    kind: "solar",
    event: reader.choice("solar.event", event, "noon", solarEvents),
    latitude: readDegrees(reader, "latitude", latitude, { limit: 90, positive: "north" }),
    longitude: readDegrees(reader, "longitude", longitude, { limit: 180, positive: "east" }),
  };
}

function readDegrees(
  reader: OptionReader,
  name: "latitude" | "longitude",
  degrees: unknown,
  { limit, positive }: { readonly limit: number; readonly positive: string },
): number {
  if (typeof degrees === "number" && Math.abs(degrees) <= limit) return degrees;
  reader.mistake(`solar.${name} is ${show(degrees)}, not degrees from -${limit} to ${limit} (${positive} is positive)`);
  return 0;
}
