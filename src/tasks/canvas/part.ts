import { OptionsInvalid } from "../../kernel/errors.ts";
import { fixedLimits } from "../../kernel/options/index.ts";
import type { CallOptions } from "../call.ts";
import type { RegisteredTask } from "../registry.ts";
import type { TaskSource } from "../source.ts";

const MAX_JOBS = fixedLimits["jobs of a workflow"].value;
const MAX_LEVELS = fixedLimits["signatures within signatures, levels"].value;

/** What a signature may say besides its input: a key names one job, and so can name no part of a workflow. */
export type SignatureOptions = Omit<CallOptions, "key" | "tx">;

/** A call of one task that has not been pushed. */
export interface TaskCall {
  readonly task: RegisteredTask;
  readonly source: TaskSource;
  /** What is known of the input. */
  readonly given: unknown;
  /** What the step before returned is not asked for. */
  readonly immutable: boolean;
  /** The input is a list, and the handler runs for each of its elements in turn. */
  readonly mapped: boolean;
  readonly options: SignatureOptions;
}

/** Signatures side by side. */
export interface GroupPart {
  readonly kind: "group";
  readonly members: readonly Composition[];
  readonly allowFailures: boolean;
}

/** What a signature is made of: a call of one task, or signatures put together. */
export type Part =
  | { readonly kind: "call"; readonly call: TaskCall }
  | { readonly kind: "chain"; readonly steps: readonly Composition[] }
  | GroupPart;

/** A part, and what follows its end beside the workflow. A chord is a chain of a group and its body. */
export interface Composition {
  readonly part: Part;
  readonly callbacks: readonly Composition[];
  readonly errorCallbacks: readonly Composition[];
}

/** The calls of a composition in the order in which they were written, callbacks included. */
export function callsOf({ part, callbacks, errorCallbacks }: Composition): readonly TaskCall[] {
  const own = part.kind === "call" ? [part.call] : innerOf(part).flatMap(callsOf);
  return [...own, ...callbacks.flatMap(callsOf), ...errorCallbacks.flatMap(callsOf)];
}

/**
 * Refuses what cannot be pushed because of its size, before anything walks through all of it: parts that are used again
 * and again make few signatures many jobs.
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 */
export function requireFitting(whole: Composition): void {
  const left = [{ composition: whole, level: 1 }];
  const counts = { call: 0, chain: 0, group: 0 };
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { composition, level } = one;
    const { part, callbacks, errorCallbacks } = composition;
    counts[part.kind] += 1;
    // For each group there is a job of its own: what joins it, or the one behind it.
    if (counts.call > MAX_JOBS || counts.group > MAX_JOBS) throw tooManyJobs();
    if (level > MAX_LEVELS)
      throw new OptionsInvalid(
        `A workflow has signatures within signatures, more than ${MAX_LEVELS} deep: put the steps side by side, as in chain(...steps).`,
      );
    for (const inner of [...innerOf(part), ...callbacks, ...errorCallbacks])
      left.push({ composition: inner, level: level + 1 });
  }
}

/** @throws OptionsInvalid (`OPTIONS_INVALID`) where a workflow has so many jobs, those that join groups included. */
export function requireRoom(jobs: number): void {
  if (jobs > MAX_JOBS) throw tooManyJobs();
}

function tooManyJobs(): OptionsInvalid {
  return new OptionsInvalid(`A workflow of so many jobs is over the limit of ${MAX_JOBS}: push it in parts.`);
}

function innerOf(part: Part): readonly Composition[] {
  if (part.kind === "call") return [];
  return part.kind === "chain" ? part.steps : part.members;
}

/**
 * The first call as it was written: what belongs to no task, such as a join, is of its app and goes to its queue.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) for groups of nothing.
 */
export function firstCallOf(composition: Composition): TaskCall {
  const [first] = callsOf(composition);
  if (first !== undefined) return first;
  throw new OptionsInvalid("A workflow without a task would do nothing: give it at least one signature of a task.");
}

/** The composition with these options for each of its own calls; a delay only for those that it begins with. */
export function withOptions(composition: Composition, options: SignatureOptions): Composition {
  const { countdown: _, eta: __, ...later } = options;
  const { part } = composition;
  switch (part.kind) {
    case "call":
      return {
        ...composition,
        part: { kind: "call", call: { ...part.call, options: merge(part.call.options, options) } },
      };
    case "chain": {
      const steps = part.steps.map((step, index) => withOptions(step, index === 0 ? options : later));
      return { ...composition, part: { ...part, steps } };
    }
    case "group":
      return { ...composition, part: { ...part, members: part.members.map((member) => withOptions(member, options)) } };
  }
}

/** A countdown takes the place of an eta, and the other way about. */
function merge(before: SignatureOptions, options: SignatureOptions): SignatureOptions {
  const { countdown: _, eta: __, ...others } = before;
  const isDelayed = options.countdown !== undefined || options.eta !== undefined;
  return { ...(isDelayed ? others : before), ...options };
}
