import { isName } from "../kernel/job.ts";
import { defaults, type OptionReader, readPriority, show } from "../kernel/options/index.ts";
import { parseInput, type RegisteredTask, readHeaders, VERSION_HEADER } from "../tasks/index.ts";
import type { Definition, MissedPolicy, OverlapPolicy } from "./definition.ts";
import type { RuleOptions, TimingOptions } from "./options.ts";
import { readChangedTiming, readInstant, readTiming, timingOptionKeys } from "./read-timing.ts";

const missedPolicies: readonly MissedPolicy[] = ["skip", "once", "all"];
const overlapPolicies: readonly OverlapPolicy[] = ["allow", "skip", "queue"];
const ruleKeys: readonly (keyof RuleOptions)[] = [
  "missed",
  "overlap",
  "jitter",
  "start",
  "end",
  "expires",
  "queue",
  "priority",
  "headers",
];
/** The names of what can be changed. */
export const changeKeys: readonly string[] = [...timingOptionKeys, ...ruleKeys, "input"];
/** The names of all options of a schedule. */
export const scheduleKeys: readonly string[] = ["name", "task", ...changeKeys];

/** Reads a schedule's name. */
export function readName(reader: OptionReader, name: unknown): string {
  if (isName(name)) return name;
  reader.mistake(
    name === undefined
      ? "name is missing: it is how the schedule is found again"
      : `name is ${show(name)}, not a name: 1 to 200 characters, no control characters`,
  );
  return "";
}

/**
 * Reads what a schedule says, but for its input. What is left out is as in `base`, or else the default, which for its
 * job is the task's.
 */
export function readDefinition(
  reader: OptionReader,
  options: RuleOptions & TimingOptions,
  task: RegisteredTask,
  base?: Definition,
): Definition {
  const { startAt, endAt } = readBounds(reader, options, base);
  const timing =
    base === undefined
      ? readTiming(reader, options, startAt)
      : readChangedTiming(reader, options, base.timing, startAt);
  const jitterMs = reader.durationMs("jitter", options.jitter, base?.jitterMs ?? defaults["schedule.jitter"].value);
  if (timing.kind === "every" && jitterMs >= timing.everyMs && jitterMs > 0)
    reader.mistake("jitter is not below every: the occurrences would lose their order");
  return {
    ...{ task: task.name, input: base?.input, timing, startAt, endAt, jitterMs, ack: base?.ack ?? task.settings.ack },
    missed: reader.choice("missed", options.missed, base?.missed ?? defaults["schedule.missed"].value, missedPolicies),
    overlap: reader.choice(
      "overlap",
      options.overlap,
      base?.overlap ?? defaults["schedule.overlap"].value,
      overlapPolicies,
    ),
    expiresMs: reader.optionalDurationMs("expires", options.expires) ?? (base ?? task.settings).expiresMs,
    queue: reader.name("queue", options.queue, (base ?? task.settings).queue),
    priority: readPriority(reader, "priority", options.priority, (base ?? task.settings).priority),
    headers: readHeaders(reader, options.headers ?? ownHeaders(base), task.version),
  };
}

function readBounds(
  reader: OptionReader,
  { start, end }: Pick<RuleOptions, "start" | "end">,
  base: Definition | undefined,
): Pick<Definition, "startAt" | "endAt"> {
  const startAt = start === undefined ? base?.startAt : readInstant(reader, "start", start);
  const endAt = end === undefined ? base?.endAt : readInstant(reader, "end", end);
  if (startAt !== undefined && endAt !== undefined && endAt < startAt) reader.mistake("end is before start");
  return { startAt, endAt };
}

/** The headers that somebody gave, without the one that names the version of the input. */
function ownHeaders(base: Definition | undefined): Readonly<Record<string, string>> | undefined {
  const { [VERSION_HEADER]: _version, ...headers } = base?.headers ?? {};
  return Object.keys(headers).length === 0 ? undefined : headers;
}

/** What the task's schema says of an input. @throws InputInvalid (`INPUT_INVALID`) */
export function checkInput({ schema, name }: RegisteredTask, input: unknown): unknown {
  return schema === undefined ? undefined : parseInput(schema, name, input);
}
