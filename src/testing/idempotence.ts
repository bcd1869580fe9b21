import { AssertionError } from "node:assert";
import { appOf } from "../app/index.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { newId } from "../kernel/id.ts";
import { OptionReader } from "../kernel/options/index.ts";
import type { JobSnapshot, Task } from "../tasks/index.ts";
import { benchOf, type TestBench, testing } from "./bench.ts";
import { type Difference, differences, formatDifferences, formatValue } from "./difference.ts";

/**
 * What running a task again does. `nullipotent`: no run changes anything. `idempotent`: the first run may change
 * something, further ones change nothing. `not idempotent`: a further run changes something, or fails.
 */
export type IdempotenceVerdict = "nullipotent" | "idempotent" | "not idempotent";

/** What `classifyIdempotence` found. */
export interface IdempotenceReport {
  readonly verdict: IdempotenceVerdict;
  /** What the first run changed. */
  readonly firstChange: readonly Difference[];
  /** What the first of the further runs that changed anything changed; empty where none did. */
  readonly furtherChange: readonly Difference[];
  /** The same for people. */
  readonly explanation: string;
}

export interface IdempotenceOptions {
  /** How often the task runs. Default 3, at least 2. */
  readonly times?: number;
}

/**
 * Runs a task several times with one input, as the same job: what happens when a worker dies after the work and before
 * it is recorded. Compares the state that `snapshot` gives before, after the first run and after each further one.
 * The task's app is put under test meanwhile, unless it is already.
 *
 * @param snapshot - Gives the state that counts: rows, files, calls of a payment service. Plain data, Maps and Sets.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for fewer than 2 runs, or a snapshot that cannot be copied.
 * @throws AssertionError when the first run does not end by itself: nothing can be said then.
 *
 * @example
 * const { verdict } = await classifyIdempotence(cancelOrder, { orderId: 7 }, () => database.orders());
 */
export async function classifyIdempotence<Input>(
  task: Task<Input, unknown>,
  input: Input,
  snapshot: () => unknown,
  options: IdempotenceOptions = {},
): Promise<IdempotenceReport> {
  const times = readTimes(options);
  const app = appOf(task);
  if (app === undefined)
    throw new OptionsInvalid(`Task "${task.name}" was not made by an app: pass what app.task() gave.`);
  const open = benchOf(app);
  const bench = open ?? testing(app);
  try {
    return await observe({ bench, task, input, snapshot, times });
  } finally {
    if (open === undefined) await bench.close();
  }
}

/**
 * Asserts that running a task again changes nothing more: it is idempotent or nullipotent. Runs as
 * `classifyIdempotence` does, and gives its report.
 *
 * @throws AssertionError with the difference; and all that `classifyIdempotence` throws.
 *
 * @example
 * await expectIdempotent(cancelOrder, { orderId: 7 }, () => database.orders());
 */
export async function expectIdempotent<Input>(
  task: Task<Input, unknown>,
  input: Input,
  snapshot: () => unknown,
  options: IdempotenceOptions = {},
): Promise<IdempotenceReport> {
  const report = await classifyIdempotence(task, input, snapshot, options);
  if (report.verdict === "not idempotent") throw disagreement(report, ["nullipotent", "idempotent"]);
  return report;
}

/**
 * Asserts that running a task changes nothing at all, as a pure read does. Runs as `classifyIdempotence` does.
 * @throws AssertionError with the difference; and all that `classifyIdempotence` throws.
 */
export async function expectNullipotent<Input>(
  task: Task<Input, unknown>,
  input: Input,
  snapshot: () => unknown,
  options: IdempotenceOptions = {},
): Promise<IdempotenceReport> {
  const report = await classifyIdempotence(task, input, snapshot, options);
  if (report.verdict !== "nullipotent") throw disagreement(report, ["nullipotent"]);
  return report;
}

interface Observation<Input> {
  readonly bench: TestBench;
  readonly task: Task<Input, unknown>;
  readonly input: Input;
  readonly snapshot: () => unknown;
  readonly times: number;
}

async function observe<Input>({ bench, task, input, snapshot, times }: Observation<Input>): Promise<IdempotenceReport> {
  const id = newId();
  const before = await capture(snapshot);
  const failure = failureOf(await bench.run(task, input, { id }));
  if (failure !== undefined) throw cannotTell(task.name, failure);
  const first = await capture(snapshot);
  const firstChange = differences(before, first, { partial: false });
  for (let run = 2; run <= times; run += 1) {
    const furtherFailure = failureOf(await bench.run(task, input, { id }));
    const furtherChange = differences(first, await capture(snapshot), { partial: false });
    if (furtherChange.length > 0 || furtherFailure !== undefined) {
      return notIdempotent(task.name, { run, firstChange, furtherChange, failure: furtherFailure });
    }
  }
  return repeatable(task.name, times, firstChange);
}

function repeatable(task: string, times: number, firstChange: readonly Difference[]): IdempotenceReport {
  if (firstChange.length === 0) {
    const explanation = `Task "${task}" is nullipotent: ${times} runs changed nothing.`;
    return { verdict: "nullipotent", firstChange, furtherChange: [], explanation };
  }
  const explanation =
    `Task "${task}" is idempotent: run 1 changed the state, and ${times - 1} more changed nothing.\n` +
    `Run 1:\n${formatDifferences(firstChange)}`;
  return { verdict: "idempotent", firstChange, furtherChange: [], explanation };
}

interface FurtherRun {
  readonly run: number;
  readonly firstChange: readonly Difference[];
  readonly furtherChange: readonly Difference[];
  readonly failure: string | undefined;
}

function notIdempotent(task: string, { run, firstChange, furtherChange, failure }: FurtherRun): IdempotenceReport {
  const what =
    furtherChange.length > 0 ? `run ${run} changed the state again` : `run ${run} failed where run 1 did not`;
  const lines = [
    `Task "${task}" is not idempotent: ${what}.`,
    ...(failure === undefined ? [] : [`Run ${run}: ${failure}`]),
    ...(furtherChange.length === 0 ? [] : [`Run ${run}, compared with run 1:`, formatDifferences(furtherChange)]),
  ];
  return { verdict: "not idempotent", firstChange, furtherChange, explanation: lines.join("\n") };
}

/** A handler that discards its job has ended in order; one that failed, or was retried, has not. */
function failureOf(snapshot: JobSnapshot<unknown>): string | undefined {
  switch (snapshot.state) {
    case "failed":
      return snapshot.error.message;
    case "scheduled":
      return snapshot.error === undefined ? undefined : `${snapshot.error.name}: ${snapshot.error.message}`;
    case "succeeded":
    case "revoked":
    case "waiting":
    case "ready":
    case "active":
      return undefined;
  }
}

async function capture(snapshot: () => unknown): Promise<unknown> {
  const state = await snapshot();
  try {
    // A copy: the snapshot may be the very object that the next run changes.
    return structuredClone(state);
  } catch (cause) {
    throw new OptionsInvalid(
      `snapshot() gave ${formatValue(state)}, which cannot be copied for comparison: give plain data, Maps and Sets.`,
      { cause },
    );
  }
}

function readTimes(options: IdempotenceOptions): number {
  const reader = new OptionReader();
  reader.knownKeys("", options, ["times"]);
  const times = reader.integer("times", options.times, 3, { min: 2, max: 1_000 });
  reader.finish("The options of an idempotence test do not fit");
  return times;
}

function cannotTell(task: string, failure: string): AssertionError {
  return new AssertionError({
    message: `Task "${task}" failed at its first run, so nothing can be said of a second: ${failure}`,
    operator: "expectIdempotent",
  });
}

function disagreement(report: IdempotenceReport, expected: readonly IdempotenceVerdict[]): AssertionError {
  return new AssertionError({
    message: report.explanation,
    actual: report.verdict,
    expected: expected.join(" or "),
    operator: "expectIdempotent",
  });
}
