import { AssertionError } from "node:assert";
import { inspect } from "node:util";
import { parseDuration } from "../kernel/duration.ts";
import type { CallOptions } from "../tasks/index.ts";
import { differences, formatValue } from "./difference.ts";
import type { RecordedPush } from "./recorder.ts";

/** Some members of an input, at any depth. */
export type PartialInput<Input> = Input extends readonly (infer Item)[]
  ? readonly PartialInput<Item>[]
  : Input extends object
    ? { readonly [Member in keyof Input]?: PartialInput<Input[Member]> }
    : Input;

/** Which input: one that has these members, or one for which a function says true. */
export type ExpectedInput<Input> = PartialInput<Input> | ((input: Input) => boolean);

/** What else the push must have said. What is left out may be anything. */
export interface PushExpectation extends Omit<CallOptions, "tx"> {
  /** So many pushes fit, no more and no fewer; 0: none does. Default: at least one. */
  readonly times?: number;
}

/** One expectation, for any task. */
export interface ExpectedPush {
  readonly task: string;
  readonly input: unknown;
  readonly options: PushExpectation;
}

/**
 * The pushes that fit.
 * @throws AssertionError listing what was pushed, and why each push of this task does not fit.
 */
export function findPushes(pushes: readonly RecordedPush[], expected: ExpectedPush): RecordedPush[] {
  const ofTask = pushes.filter(({ task }) => task === expected.task);
  const misfits = ofTask.map((push) => misfitOf(push, expected));
  const fitting = ofTask.filter((_, index) => misfits[index] === undefined);
  const { times } = expected.options;
  if (times === undefined ? fitting.length > 0 : fitting.length === times) return fitting;
  throw new AssertionError({
    message: [
      headline(expected, fitting.length),
      ...describeCandidates(ofTask, misfits),
      ...describeOthers(pushes, expected.task),
    ].join("\n"),
    actual: ofTask.map(({ input }) => input),
    expected: expected.input,
    operator: "expectPushed",
    stackStartFn: findPushes,
  });
}

/** The first reason why a push is another than the expected one. */
function misfitOf(push: RecordedPush, { input, options }: ExpectedPush): string | undefined {
  if (typeof input === "function") {
    if (input(push.input) !== true) return "the function says no to its input";
  } else if (input !== undefined) {
    const [first] = differences(input, push.input, { partial: true });
    if (first !== undefined) {
      return `its input has ${formatValue(first.after)} at ${first.path}, not ${formatValue(first.before)}`;
    }
  }
  for (const { name, actual, wanted } of facts(push, options)) {
    if (wanted === undefined || actual === wanted) continue;
    return `its ${name} is ${formatValue(actual)}, not ${formatValue(wanted)}`;
  }
  return undefined;
}

interface Fact {
  readonly name: string;
  readonly actual: unknown;
  readonly wanted: unknown;
}

function facts(push: RecordedPush, options: PushExpectation): Fact[] {
  const { countdown, eta, expires, headers = {} } = options;
  const pushedMs = push.pushedAt.getTime();
  const expiresMs = expires instanceof Date ? expires.getTime() - pushedMs : parseDuration(expires);
  return [
    { name: "queue", actual: push.queue, wanted: options.queue },
    { name: "priority", actual: push.priority, wanted: options.priority },
    { name: "key", actual: push.key, wanted: options.key },
    { name: "countdown in ms", actual: push.countdownMs, wanted: parseDuration(countdown) },
    {
      name: "eta",
      actual: new Date(pushedMs + push.countdownMs).toISOString(),
      wanted: eta === undefined ? undefined : new Date(eta).toISOString(),
    },
    { name: "expiry in ms", actual: push.expiresMs, wanted: expiresMs },
    ...Object.entries(headers).map(([name, wanted]) => ({
      name: `header "${name}"`,
      actual: push.headers[name],
      wanted,
    })),
  ];
}

function headline({ task, input, options }: ExpectedPush, count: number): string {
  const { times, ...rest } = options;
  const wanted = times === undefined ? "a push" : times === 1 ? "1 push" : `${times} pushes`;
  const wantedInput =
    input === undefined
      ? ""
      : typeof input === "function"
        ? " that fits the function"
        : ` with input ${formatValue(input)}`;
  const wantedOptions =
    Object.keys(rest).length === 0 ? "" : ` and ${inspect(rest, { breakLength: Number.POSITIVE_INFINITY })}`;
  return `Expected ${wanted} of task "${task}"${wantedInput}${wantedOptions}, but ${count === 0 ? "none fits" : count === 1 ? "1 fits" : `${count} fit`}.`;
}

function describeCandidates(pushes: readonly RecordedPush[], misfits: readonly (string | undefined)[]): string[] {
  if (pushes.length === 0) return ["No job of this task was pushed."];
  return [
    "Pushed of this task:",
    ...pushes.map((push, index) => `  ${index + 1}. ${formatValue(push.input)}: ${misfits[index] ?? "fits"}`),
  ];
}

function describeOthers(pushes: readonly RecordedPush[], task: string): string[] {
  const counts = new Map<string, number>();
  for (const push of pushes) if (push.task !== task) counts.set(push.task, (counts.get(push.task) ?? 0) + 1);
  if (counts.size === 0) return [];
  return [`Pushed of other tasks: ${[...counts].map(([name, count]) => `"${name}" (${count})`).join(", ")}.`];
}
