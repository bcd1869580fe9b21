import type { CallOptions } from "../call.ts";
import type { RegisteredTask } from "../registry.ts";
import type { TaskSource } from "../source.ts";

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
  const own = part.kind === "call" ? [part.call] : (part.kind === "chain" ? part.steps : part.members).flatMap(callsOf);
  return [...own, ...callbacks.flatMap(callsOf), ...errorCallbacks.flatMap(callsOf)];
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
