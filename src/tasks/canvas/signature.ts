import { atCaller } from "../../kernel/at-caller.ts";
import { OptionsInvalid } from "../../kernel/errors.ts";
import { describeType } from "../../kernel/json.ts";
import { AsyncResult } from "../async-result.ts";
import type { WorkflowFailure } from "./outcome.ts";
import { type Composition, requireFitting, type SignatureOptions, withOptions } from "./part.ts";
import { pushWorkflow } from "./push.ts";
import type { StartArguments } from "./start.ts";

/**
 * A call that has not been pushed, or a composition of such: it can be kept, changed into others, put together, and pushed
 * as often as wanted. It never changes itself.
 *
 * `Input` is what it lacks, which the step before it in a chain returns, or `delay` is given; `Output` what comes out.
 *
 * @example
 * const nightly = chain(fetchFeed.signature(), summarise.signature({ words: 100 }));
 * const result = await nightly.delay({ feedId: 7 });
 */
export class Signature<Input, Output> {
  readonly composition: Composition;
  /** Never there: it carries the types. */
  readonly types?: { readonly takes: (input: Input) => void; readonly gives: Output };

  /** Signatures are made by `task.signature()`, `chain`, `group` and `chord`. */
  constructor(composition: Composition) {
    this.composition = composition;
  }

  /**
   * The same with these options: of a composition, for each of its jobs, but a countdown or eta for those it begins with.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for a composition that is too large to be pushed.
   *
   * @example
   * const urgent = report.set({ queue: "reports", priority: 9 });
   */
  set(options: SignatureOptions): Signature<Input, Output> {
    requireFitting(this.composition);
    return new Signature(withOptions(this.composition, options));
  }

  /** Another that is equal to this one. Since none ever changes, it is for those who compare by identity. */
  clone(): Signature<Input, Output> {
    return new Signature({ ...this.composition });
  }

  /**
   * The same, after whose success the callback runs too, with its result. The callback is no part of the result.
   *
   * @example
   * await fetchFeed.signature({ feedId: 7 }).link(notify.signature()).delay();
   */
  link(callback: Signature<Output, unknown>): Signature<Input, Output> {
    const { composition } = this;
    return new Signature({ ...composition, callbacks: [...composition.callbacks, compositionOf(callback)] });
  }

  /**
   * The same, after whose failure or revocation the callback runs, and is told of it.
   *
   * @example
   * await fetchFeed.signature({ feedId: 7 }).linkError(alert.signature()).delay(); // alert is given { id, state, error }
   */
  linkError(callback: Signature<WorkflowFailure, unknown>): Signature<Input, Output> {
    const { composition } = this;
    return new Signature({ ...composition, errorCallbacks: [...composition.errorCallbacks, compositionOf(callback)] });
  }

  /**
   * Pushes every job of it in one commit, and gives the result of the whole: of a chain that of its last step, of a group
   * the list of its members' results.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`), NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`), InputInvalid (`INPUT_INVALID`)
   * @throws QueueFull (`QUEUE_FULL`), EngineTimeout (`ENGINE_TIMEOUT`) and the engine's other errors; never a hang.
   *
   * @example
   * const result = await group(feeds.map(({ id }) => fetchFeed.signature({ feedId: id }))).delay();
   * const reports = await result.get();
   */
  async delay(...[input, options]: StartArguments<Input>): Promise<AsyncResult<Output>> {
    try {
      const { id, source } = await pushWorkflow(this.composition, input, options?.tx);
      return new AsyncResult<Output>(id, source);
    } catch (error) {
      throw atCaller(error, Signature.prototype.delay);
    }
  }
}

/** @throws OptionsInvalid (`OPTIONS_INVALID`) for anything but a signature, which callers without types may pass. */
export function compositionOf(signature: object): Composition {
  if (signature instanceof Signature) return signature.composition;
  throw new OptionsInvalid(
    `A workflow is made of signatures, not of ${describeType(signature)}: write task.signature(input) for a task.`,
  );
}
