import assert from "node:assert/strict";
import type { ClaimRequest } from "../../../engine/jobs.ts";
import type { ClaimedJob, NewJob } from "../../../kernel/job.ts";
import type { ModelJob } from "./model-job.ts";

/** What the engine should hold, in the plainest words: a list of jobs, searched from end to end. */
export class Model {
  readonly jobs: ModelJob[] = [];
  readonly paused: Set<string> = new Set();
  #claims = 0;
  #outOfOrder = 0;

  job(id: string): ModelJob {
    const job = this.jobs.find((one) => one.id === id);
    assert.ok(job !== undefined, `job ${id} was pushed`);
    return job;
  }

  activeOf(worker: string): readonly ModelJob[] {
    return this.jobs.filter((job) => job.state === "active" && job.worker === worker);
  }

  quarantined(): readonly ModelJob[] {
    return this.#claimable().filter(({ crashes }) => crashes >= 2);
  }

  push({ id, queue, priority, ack, due, expires }: NewJob): void {
    const order = this.jobs.length;
    const state = due === undefined ? "ready" : "scheduled";
    const start = { failures: 0, crashes: 0, fence: 0, worker: undefined, result: undefined, settled: undefined };
    const expired = expires !== undefined;
    this.jobs.push({ id, queue, priority, order, ack, state, expired, isDue: false, isAskedToEnd: false, ...start });
  }

  promote(): void {
    for (const job of this.jobs) if (job.state === "scheduled" && job.isDue) job.state = "ready";
  }

  /** Checks that a claim was right, and carries it out. */
  claim(worker: string, { alone, max }: Pick<ClaimRequest, "alone" | "max">, claimed: readonly ClaimedJob[]): void {
    const quarantined = this.quarantined();
    if (alone && quarantined.length > 0) {
      assert.equal(claimed.length, 1, "a job in quarantine is given, and nothing else");
      const [given] = claimed;
      assert.ok(given !== undefined && quarantined.some(({ id }) => id === given.id), "it is the one in quarantine");
      this.#take(given, worker);
      return;
    }
    const ready = this.#claimable().filter(({ crashes }) => crashes < 2);
    assert.equal(claimed.length, Math.min(max, ready.length), "as many as asked for, if they are there");
    for (const job of claimed) this.#takeInOrder(job, worker);
    const allowed = Math.floor(this.#claims / 20) + 1;
    assert.ok(this.#outOfOrder <= allowed, `${this.#outOfOrder} of ${this.#claims} claims left the order of priority`);
  }

  #claimable(): readonly ModelJob[] {
    return this.jobs.filter((job) => job.state === "ready" && !job.expired && !this.paused.has(job.queue));
  }

  #takeInOrder(claimed: ClaimedJob, worker: string): void {
    const ready = this.#claimable().filter(({ crashes }) => crashes < 2);
    const [first] = ready.toSorted((left, right) => right.priority - left.priority || left.order - right.order);
    const [oldest] = ready.toSorted((left, right) => left.order - right.order);
    assert.ok(
      claimed.id === first?.id || claimed.id === oldest?.id,
      "the next by priority and push order, or the oldest",
    );
    this.#claims += 1;
    if (claimed.id !== first?.id) this.#outOfOrder += 1;
    this.#take(claimed, worker);
  }

  #take({ id, fence, failures, crashes, priority, queue }: ClaimedJob, worker: string): void {
    const job = this.job(id);
    const expected = { failures: job.failures, crashes: job.crashes, priority: job.priority, queue: job.queue };
    assert.deepEqual({ failures, crashes, priority, queue }, expected);
    assert.ok(fence > job.fence, "every claim raises the fence");
    job.fence = fence;
    job.state = "active";
    job.worker = worker;
  }
}
