import { atCaller } from "../kernel/at-caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { describeType } from "../kernel/json.ts";
import { isThenable } from "../kernel/thenable.ts";
import { AsyncResult, type ResultSource } from "./async-result.ts";
import { type CallOptions, encodeInput, makeJob, manyCallKeys, oneCallKeys } from "./call.ts";
import type { Pusher } from "./pusher.ts";
import type { RegisteredTask } from "./registry.ts";
import { parseInput } from "./schema.ts";

/** `input` may be left out where the task takes none. */
export type CallArguments<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options];

/** The result of a push, which also says whether this push made the job. */
export class PushedResult<Output> extends AsyncResult<Output> {
  /** `existing`: the idempotency key named a job that was there before. */
  readonly outcome: "created" | "existing";

  constructor(id: string, source: ResultSource, outcome: "created" | "existing") {
    super(id, source);
    this.outcome = outcome;
  }
}

/** What a task needs to push. */
export interface TaskSource extends ResultSource {
  readonly pusher: Pusher;
  readonly clock: Clock;
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
      return await this.#push(Array.from(listOf(inputs)), options, manyCallKeys);
    } catch (error) {
      throw atCaller(error, Task.prototype.delayMany);
    }
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
    await this.#checkInputs(inputs);
    const nowMs = clock.now();
    const jobs = inputs.map((input, index) =>
      makeJob(this.#task, { input, payload: payloads[index], options, optionKeys }, settings.maxDelayMs, nowMs),
    );
    const pushed = await pusher.push(jobs, options.tx);
    return pushed.map(({ id, outcome }) => new PushedResult<Output>(id, this.#source, outcome));
  }

  async #checkInputs(inputs: readonly unknown[]): Promise<void> {
    const { schema, name } = this.#task;
    if (schema === undefined) return;
    for (const input of inputs) {
      const parsed = parseInput(schema, name, input);
      if (isThenable(parsed)) await parsed;
    }
  }
}

function listOf<Input>(inputs: readonly Input[]): readonly Input[] {
  if (Array.isArray(inputs)) return inputs;
  throw new OptionsInvalid(
    `delayMany() takes a list of inputs, not ${describeType(inputs)}: for one input there is delay().`,
  );
}
