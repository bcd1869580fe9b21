import type { Engine, PushedJob, PushReply, PushRequest } from "../engine/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { withDeadline } from "../kernel/deadline.ts";
import { fromErrorRecord } from "../kernel/error-record.ts";
import { EngineTimeout } from "../kernel/errors.ts";
import type { NewJob } from "../kernel/job.ts";
import type { Counter, Metrics } from "../kernel/metrics.ts";
import type { Settings } from "../kernel/options/index.ts";
import { TurnBatch } from "../kernel/turn-batch.ts";

/** Requests in one call of the engine: 1,000 single pushes cost little more than one, and a reply stays small. */
const MAX_REQUESTS = 1_000;

/** Pushes jobs: the pushes of one event-loop turn travel together, each stored wholly or not at all. */
export class Pusher {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #settings: Settings;
  readonly #batch: TurnBatch<PushRequest, PushReply>;
  readonly #pushed: Counter;

  constructor(engine: Engine, clock: Clock, settings: Settings, metrics: Metrics) {
    this.#engine = engine;
    this.#clock = clock;
    this.#settings = settings;
    this.#pushed = metrics.counter({ name: "lovage_jobs_pushed_total", help: "Jobs pushed by this process." });
    this.#batch = new TurnBatch((requests) => this.#send(requests), MAX_REQUESTS);
  }

  /**
   * @throws KeyConflict (`KEY_CONFLICT`), QueueFull (`QUEUE_FULL`), EngineTimeout (`ENGINE_TIMEOUT`) and the engine's errors.
   */
  async push(jobs: readonly NewJob[], transaction: unknown): Promise<readonly PushedJob[]> {
    if (jobs.length === 0) return [];
    const request = this.#request(jobs);
    const reply = await (transaction === undefined ? this.#batch.add(request) : this.#pushWithin(transaction, request));
    if (reply.status === "refused") throw fromErrorRecord(reply.error);
    this.#pushed.add(reply.jobs.filter(({ outcome }) => outcome === "created").length);
    return reply.jobs;
  }

  async #pushWithin(transaction: unknown, request: PushRequest): Promise<PushReply> {
    // The deadline is for the opening alone: what comes after it must not land in a transaction that was given up.
    await this.#inTime(this.#engine.start());
    return this.#engine.jobs.pushWithin(transaction, request);
  }

  #send(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    return this.#inTime(this.#startAndPush(requests));
  }

  #inTime<Value>(work: Promise<Value>): Promise<Value> {
    const { pushTimeoutMs } = this.#settings;
    return withDeadline(this.#clock, work, pushTimeoutMs, () => noAnswer(pushTimeoutMs));
  }

  async #startAndPush(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    await this.#engine.start();
    return this.#engine.jobs.push(requests);
  }

  #request(jobs: readonly NewJob[]): PushRequest {
    return { jobs, maxDepth: this.#settings.maxDepth, deadlineAt: this.#clock.now() + this.#settings.pushTimeoutMs };
  }
}

function noAnswer(timeoutMs: number): EngineTimeout {
  return new EngineTimeout(
    `The push got no answer within ${timeoutMs} ms. It may still take effect; repeating it with the same id is safe.`,
    { details: { timeoutMs } },
  );
}
