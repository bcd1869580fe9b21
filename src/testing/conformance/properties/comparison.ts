import assert from "node:assert/strict";
import type { Engine } from "../../../engine/contract.ts";
import type { JobRecord } from "../../../kernel/job.ts";
import { canFollow } from "../../../kernel/state.ts";
import type { Model } from "./model.ts";
import type { ModelJob } from "./model-job.ts";

/**
 * Holds an engine against the model, and against what it said before. Between two checks a job changes at most once, so
 * that every change is seen.
 */
export class Comparison {
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #queues: readonly string[];
  readonly #before = new Map<string, JobRecord>();

  constructor(engine: Engine, model: Model, queues: readonly string[]) {
    this.#engine = engine;
    this.#model = model;
    this.#queues = queues;
  }

  async check(): Promise<void> {
    const records = await this.#engine.inspect.get(this.#model.jobs.map(({ id }) => id));
    for (const [index, job] of this.#model.jobs.entries()) {
      const record = records[index];
      assert.ok(record !== undefined, `job ${job.id} is not lost`);
      acceptExpiry(job, record);
      compare(job, record);
      this.#compareWithBefore(record);
    }
    await this.#recount();
  }

  #compareWithBefore(record: JobRecord): void {
    const before = this.#before.get(record.id);
    this.#before.set(record.id, record);
    if (before === undefined) return;
    assert.ok(record.fence >= before.fence, "the fence never goes back");
    assert.ok(record.version >= before.version, "the version never goes back");
    if (record.state !== before.state) {
      assert.ok(canFollow(before.state, record.state), `${before.state} is not followed by ${record.state}`);
      assert.ok(record.version > before.version, "a change raises the version");
    }
    if (before.state === "succeeded") assert.deepEqual(record, before, "success is the last word");
  }

  /** The counters that a queue keeps are the numbers of jobs that it has. */
  async #recount(): Promise<void> {
    const statistics = await this.#engine.inspect.queues();
    for (const queue of this.#queues) {
      const jobs = this.#model.jobs.filter((job) => job.queue === queue);
      const count = (state: string): number => jobs.filter((job) => job.state === state).length;
      const found = statistics.find((one) => one.queue === queue);
      const { ready = 0, scheduled = 0, active = 0, waiting = 0, paused = false } = found ?? {};
      const expected = { ready: count("ready"), scheduled: count("scheduled"), active: count("active"), waiting: 0 };
      assert.deepEqual({ ready, scheduled, active, waiting }, expected, `the counters of ${queue}`);
      assert.equal(paused, this.#model.paused.has(queue));
    }
  }
}

/** A claim may have met it, or not: only the engine knows. */
function acceptExpiry(job: ModelJob, record: JobRecord): void {
  if (job.expired && job.state === "ready" && record.state === "revoked") job.state = "revoked";
}

function compare(job: ModelJob, record: JobRecord): void {
  const { state, failures, crashes, fence, priority, queue, ack, result } = record;
  const actual = { state, failures, crashes, fence, priority, queue, ack, result };
  const expected: typeof actual = {
    ...{ state: job.state, failures: job.failures, crashes: job.crashes, fence: job.fence, priority: job.priority },
    ...{ queue: job.queue, ack: job.ack, result: job.result },
  };
  assert.deepEqual(actual, expected, `job ${job.id}`);
  if (job.state === "active") assert.equal(record.worker, job.worker);
}
