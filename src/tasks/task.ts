import { atCaller } from "../kernel/at-caller.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { describeType } from "../kernel/json.ts";
import { AsyncResult, type ResultSource } from "./async-result.ts";
import { type CallOptions, encodeInput, makeJob, manyCallKeys, oneCallKeys } from "./call.ts";
import { group } from "./canvas/compose.ts";
import type { SignatureOptions, TaskCall } from "./canvas/part.ts";
import { Signature } from "./canvas/signature.ts";
import type { RegisteredTask } from "./registry.ts";
import { checkInputs } from "./schema.ts";
import type { TaskSource } from "./source.ts";

/** `input` may be left out where the task takes none. */
export type CallArguments<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options];

/** What a signature without an input lacks: of a task that takes none, nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is the input type of a task whose handler takes none.
export type WholeInput<Input> = [Input] extends [never] ? Input : [Input] extends [void] ? unknown : Input;

/** What a signature with part of an input lacks. */
export type MissingInput<Input, Given> = Input extends readonly unknown[]
  ? unknown
  : Input extends object
    ? Omit<Input, keyof Given>
    : unknown;

/** The result of a push, which also says whether this push made the job. */
export class PushedResult<Output> extends AsyncResult<Output> {
  /** `existing`: the idempotency key named a job that was there before. */
  readonly outcome: "created" | "existing";

  constructor(id: string, source: ResultSource, outcome: "created" | "existing") {
    super(id, source);
    this.outcome = outcome;
  }
}

/** A task of an app: call it by `delay`. */
export class Task<Input, Output> {
  readonly name: string;
  readonly #task: RegisteredTask;
  readonly #source: TaskSource;

  constructor(task: RegisteredTask, source: TaskSource) {
    this.name = task.name;
    this.#task = task;
    this.#source = source;
  }

  /**
   * Pushes one job, and resolves once the engine has it.
   *
   * @throws OptionsInvalid (`OPTIONS_INVALID`), NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`), InputInvalid (`INPUT_INVALID`): the call's mistakes.
   * @throws KeyConflict (`KEY_CONFLICT`), QueueFull (`QUEUE_FULL`), TransactionUnsupported (`TRANSACTION_UNSUPPORTED`)
   * @throws EngineTimeout (`ENGINE_TIMEOUT`) and the engine's other errors; never a hang.
   *
   * @example
   * const result = await sendMail.delay({ userId: 7 }, { countdown: "5s", key: "welcome:7" });
   */
  async delay(...[input, options]: CallArguments<Input, CallOptions>): Promise<PushedResult<Output>> {
    try {
      const [result] = await this.#push([input], options ?? {}, oneCallKeys);
      if (result === undefined) throw new RangeError("The engine answered a push of one job with none.");
      return result;
    } catch (error) {
      throw atCaller(error, Task.prototype.delay);
    }
  }

  /**
   * Pushes many jobs, all of them or none, in one commit. Much faster than one `delay` each, awaited in turn.
   * @throws all that `delay` throws.
   * @example
   * await resize.delayMany(images.map(({ id }) => ({ imageId: id })));
   */
  async delayMany(inputs: readonly Input[], options: Omit<CallOptions, "key"> = {}): Promise<PushedResult<Output>[]> {
    try {
      // A list with holes is one of undefined: what is skipped here would be missing where the replies are told apart.
      return await this.#push(Array.from(listOf(inputs, "delayMany")), options, manyCallKeys);
    } catch (error) {
      throw atCaller(error, Task.prototype.delayMany);
    }
  }

  /**
   * A call that is not pushed yet, to be put together with others. What `given` lacks comes from the step before it, or is
   * given to `delay`; nothing given: all of it. `immutable`: the input is whole, and what the step before returned is not
   * asked for.
   *
   * @example
   * chain(fetchFeed.signature({ feedId: 7 }), summarise.signature({ words: 100 }));
   */
  signature(given?: undefined, options?: SignatureOptions): Signature<WholeInput<Input>, Output>;
  signature(given: Input, options: SignatureOptions & { readonly immutable: true }): Signature<unknown, Output>;
  signature<Given extends Partial<Input>>(
    given: Given,
    options?: SignatureOptions,
  ): Signature<MissingInput<Input, Given>, Output>;
  signature(
    given?: unknown,
    options: SignatureOptions & { readonly immutable?: boolean } = {},
  ): Signature<unknown, never> {
    const { immutable = false, ...more } = options;
    return this.#call(given, more, { immutable });
  }

  /**
   * Celery's short form of `signature`.
   *
   * @example
   * await chain(fetchFeed.s({ feedId: 7 }), summarise.s({ words: 100 })).delay();
   */
  s(given?: undefined, options?: SignatureOptions): Signature<WholeInput<Input>, Output>;
  s<Given extends Partial<Input>>(
    given: Given,
    options?: SignatureOptions,
  ): Signature<MissingInput<Input, Given>, Output>;
  s(given?: unknown, options: SignatureOptions = {}): Signature<unknown, never> {
    return this.#call(given, options);
  }

  /**
   * Celery's short form of an immutable signature.
   *
   * @example
   * await chain(importOrders.s(), refreshReports.si({ of: "orders" })).delay(); // what importOrders returned is not asked for
   */
  si(...[input, options = {}]: CallArguments<Input, SignatureOptions>): Signature<unknown, Output> {
    return this.#call(input, options, { immutable: true });
  }

  /**
   * One job that runs the handler for each of these inputs, one after the other, and returns the list of results. Where
   * one of them fails the job does, and its retry begins with the first.
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for anything but a list.
   *
   * @example
   * const sizes = await measure.map(pages).delay();
   */
  map(inputs: readonly Input[], options: SignatureOptions = {}): Signature<unknown, Output[]> {
    return this.#call(Array.from(listOf(inputs, "map")), options, { immutable: true, mapped: true });
  }

  /**
   * A group of jobs that each run the handler for so many of these inputs: for many small calls, of which a job each would
   * cost more than the work.
   * @throws OptionsInvalid (`OPTIONS_INVALID`) for anything but a list, or a size that is no whole number from 1 on.
   *
   * @example
   * const result = await thumbnail.chunks(images, 100).delay();
   * const thumbnails = (await result.get()).flat();
   */
  chunks(inputs: readonly Input[], size: number, options: SignatureOptions = {}): Signature<unknown, Output[][]> {
    const all = Array.from(listOf(inputs, "chunks"));
    if (!Number.isSafeInteger(size) || size < 1)
      throw new OptionsInvalid(`chunks() was given the size ${size}: it is a whole number from 1 on.`);
    const starts = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => index * size);
    return group(starts.map((start) => this.map(all.slice(start, start + size), options)));
  }

  async #push(
    inputs: readonly unknown[],
    options: CallOptions,
    optionKeys: readonly string[],
  ): Promise<PushedResult<Output>[]> {
    const { settings, clock, pusher } = this.#source;
    // The limits first: they bound the work that a schema can be made to do. The schema next: the task's `key` may
    // then rely on what its type says.
    const payloads = inputs.map((input) => encodeInput(this.#task, input, settings.inputLimitBytes));
    await checkInputs(this.#task, inputs);
    const nowMs = clock.now();
    const jobs = inputs.map((input, index) =>
      makeJob(this.#task, { input, payload: payloads[index], options, optionKeys }, settings.maxDelayMs, nowMs),
    );
    const pushed = await pusher.push(jobs, options.tx);
    return pushed.map(({ id, outcome }) => new PushedResult<Output>(id, this.#source, outcome));
  }

  #call(given: unknown, options: SignatureOptions, more: Partial<TaskCall> = {}): Signature<unknown, never> {
    const call = { task: this.#task, source: this.#source, given, options, immutable: false, mapped: false, ...more };
    return new Signature({ part: { kind: "call", call }, callbacks: [], errorCallbacks: [] });
  }
}

function listOf<Input>(inputs: readonly Input[], method: string): readonly Input[] {
  if (Array.isArray(inputs)) return inputs;
  throw new OptionsInvalid(
    `${method}() takes a list of inputs, not ${describeType(inputs)}: for one input there is delay().`,
  );
}
