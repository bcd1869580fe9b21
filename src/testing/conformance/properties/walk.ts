import assert from "node:assert/strict";
import { newId, newIdBeside } from "../../../kernel/id.ts";
import type { ClaimedJob, NewJob, Outcome } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { newJob, type Trial } from "../trial.ts";
import { discarded, failed, RETAIN_MS, retried, settlementOf, succeeded, type TestWorker } from "../worker.ts";
import { Comparison } from "./comparison.ts";
import { Model } from "./model.ts";
import { crashModel, giveBackModel, type ModelJob, mayAnswerEnded, retryModel, settleModel } from "./model-job.ts";
import type { Step } from "./step.ts";

const MANY = 10_000;
// Longer than all walks together: a worker is lost, and a job due, only when the walk says so.
const LONG_MS = 3_600_000_000;

interface Claim {
  readonly job: ClaimedJob;
  readonly worker: TestWorker;
}

/** Takes an engine and the model through the same moves. Its names are its own, so that walks can share a store. */
export class Walk {
  readonly #trial: Trial;
  readonly #model = new Model();
  readonly #comparison: Comparison;
  /** The jobs are beside each other: only then a store in partitions keeps their order. */
  readonly #name = newId();
  readonly #task: string;
  readonly #queues: readonly [string, string];
  readonly #workers: TestWorker[] = [];
  /** Every claim that there ever was. */
  readonly #claims: Claim[] = [];
  #results = 0;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#task = `task-${this.#name}`;
    this.#queues = [`one-${this.#name}`, `two-${this.#name}`];
    this.#comparison = new Comparison(trial.engine, this.#model, this.#queues);
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const id of ["a", "b"]) {
      const options = { id: `${id}-${this.#task}`, leaseMs: LONG_MS, tasks: [this.#task] };
      this.#workers.push(await this.#trial.worker(options));
    }
    for (const step of steps) {
      await this.#take(step);
      await this.#comparison.check();
    }
    await this.#drain();
  }

  #take(step: Step): Promise<void> {
    const worker = choose(this.#workers, step.pick);
    switch (step.move) {
      case "push":
        return this.#push(step);
      case "pushAgain":
        return this.#pushAgain(step);
      case "claim":
        return this.#exchange(worker, [], step);
      case "exchange":
        return this.#exchange(worker, this.#activeClaims(worker).slice(0, step.amount), step);
      case "settle":
        return this.#settleOne(this.#activeClaims(worker), step);
      case "repeat":
        return this.#settleOne(this.#claims, step);
      case "promote":
        return this.#promote();
      case "beat":
        return this.#beat(worker, step);
      case "crash":
        return this.#crash(worker);
      case "leave":
        return this.#leave(worker);
      case "revoke":
        return this.#revoke(step);
      case "retry":
        return this.#retry(step);
      case "expire":
        return this.#expire();
      case "toggle":
        return this.#toggle(choose(this.#queues, step.pick));
    }
  }

  async #push({ pick, amount, choice }: Step): Promise<void> {
    const given: Partial<NewJob> = {
      task: this.#task,
      queue: choose(this.#queues, pick),
      priority: choice % 10,
      ack: pick % 6 === 0 ? "early" : "late",
      due: pick % 7 === 0 ? { afterMs: LONG_MS } : undefined,
      expires: pick % 5 === 0 ? { at: 1 } : undefined,
    };
    const jobs = Array.from({ length: amount }, () => newJob({ id: newIdBeside(this.#name), ...given }));
    await this.#trial.push(...jobs);
    for (const job of jobs) this.#model.push(job);
  }

  async #pushAgain({ pick }: Step): Promise<void> {
    const job = this.#pickJob(pick);
    if (job === undefined) return;
    const { id } = job;
    const reply = await this.#trial.tryPush([{ id, task: this.#task, input: "another" }]);
    assert.deepEqual(reply, { status: "stored", jobs: [{ id, outcome: "existing" }] });
  }

  /** Settles with success, and claims. */
  async #exchange(worker: TestWorker, claims: readonly Claim[], { amount, choice }: Step): Promise<void> {
    const outcomes = claims.map(() => this.#success());
    const settlements = claims.map(({ job }, index) => settlementOf(job, outcomes[index] ?? this.#success()));
    const request = { max: amount, alone: choice % 3 === 0 };
    const reply = await worker.exchange(settlements, request);
    const expected = settlements.map(({ id, outcome }) => settleModel(this.#model.job(id), outcome));
    assert.deepEqual(
      reply.settled,
      expected.map((state) => ({ status: "applied", state })),
    );
    const waiting = this.#model.quarantined().length > 0;
    if (!request.alone) assert.equal(reply.quarantined, waiting, "whether a job waits to be alone");
    this.#model.claim(worker.id, request, reply.claimed);
    this.#claims.push(...reply.claimed.map((job) => ({ job, worker })));
  }

  async #settleOne(claims: readonly Claim[], { pick, choice }: Step): Promise<void> {
    if (claims.length === 0) return;
    const claim = choose(claims, pick);
    const outcome = this.#outcome(choice);
    const reply = await claim.worker.settle(claim.job, outcome);
    const job = this.#model.job(claim.job.id);
    if (!this.#isActive(claim)) {
      assert.ok(
        mayAnswerEnded(job, claim.job.fence, outcome.kind, reply),
        `an ended claim is ${JSON.stringify(reply)}`,
      );
      return;
    }
    const state = settleModel(job, outcome);
    assert.deepEqual(reply, { status: "applied", state }, `the present claim ${outcome.kind}`);
  }

  async #promote(): Promise<void> {
    await this.#trial.engine.upkeep.promote({ max: MANY });
    this.#model.promote();
  }

  /** Beats with some of what it holds; what it leaves out, it never heard of. */
  async #beat(worker: TestWorker, { pick, amount, choice }: Step): Promise<void> {
    const active = this.#activeClaims(worker);
    const unheard = choice % 3 === 0 ? active.slice(0, amount) : [];
    const held = active.filter((claim) => !unheard.includes(claim));
    const ended = this.#claims.filter((claim) => !this.#isActive(claim));
    const stale = choice % 2 === 0 && ended.length > 0 ? [choose(ended, pick)] : [];
    const reply = await worker.beat([...held, ...stale].map(({ job }) => job));
    const revoked = held.map(({ job }) => this.#model.job(job.id)).filter(({ isAskedToEnd }) => isAskedToEnd);
    assert.deepEqual(
      { ...reply, revoked: reply.revoked.map(({ id }) => id).sort() },
      {
        ...{ known: true, lost: stale.map(({ job }) => job.id), reclaimed: unheard.length },
        revoked: revoked.map(({ id }) => id).sort(),
      },
    );
    for (const { job } of unheard) giveBackModel(this.#model.job(job.id));
  }

  async #crash(worker: TestWorker): Promise<void> {
    const lost = this.#model.activeOf(worker.id);
    const rescued = await this.#trial.lose(worker);
    for (const job of lost) crashModel(job);
    const byId = (left: { id: string }, right: { id: string }): number => (left.id < right.id ? -1 : 1);
    assert.deepEqual(
      rescued.map(({ id, crashes, state }) => ({ id, crashes, state })).sort(byId),
      lost.map(({ id, crashes, state }) => ({ id, crashes, state })).sort(byId),
    );
    await worker.register();
  }

  async #leave(worker: TestWorker): Promise<void> {
    await this.#trial.engine.liveness.deregister(worker.id);
    for (const job of this.#model.activeOf(worker.id)) giveBackModel(job);
    await worker.register();
  }

  async #revoke({ pick }: Step): Promise<void> {
    const { inspect } = this.#trial.engine;
    const job = this.#pickJob(pick);
    if (job === undefined) return;
    const selection = { ids: [job.id] };
    const reply = await inspect.revoke({ selection, dryRun: false, reason: "walk", retainMs: RETAIN_MS });
    assert.equal(reply.changed, isFinished(job.state) ? 0 : 1);
    if (job.state === "active") job.isAskedToEnd = true;
    else if (!isFinished(job.state)) job.state = "revoked";
  }

  async #retry({ pick }: Step): Promise<void> {
    const job = this.#pickJob(pick);
    if (job === undefined) return;
    const reply = await this.#trial.engine.inspect.retry({ selection: { ids: [job.id] }, dryRun: false });
    const canRetry = job.state === "failed" || job.state === "revoked";
    assert.equal(reply.changed, canRetry ? 1 : 0);
    if (canRetry) retryModel(job);
  }

  async #expire(): Promise<void> {
    await this.#trial.engine.upkeep.expire({ max: MANY, retainMs: RETAIN_MS });
    for (const job of this.#model.jobs) {
      if (job.expired && (job.state === "ready" || job.state === "scheduled")) job.state = "revoked";
    }
  }

  async #toggle(queue: string): Promise<void> {
    const { inspect } = this.#trial.engine;
    if (this.#model.paused.delete(queue)) await inspect.resume(queue);
    else {
      this.#model.paused.add(queue);
      await inspect.pause(queue);
    }
  }

  /** Every job that can run ends, one after the other: none is lost on the way. */
  async #drain(): Promise<void> {
    for (const queue of [...this.#model.paused]) await this.#toggle(queue);
    await this.#promote();
    await this.#comparison.check();
    const drain: Step = { move: "exchange", pick: 0, amount: MANY, choice: 0 };
    for (const worker of this.#workers) {
      do {
        await this.#exchange(worker, this.#activeClaims(worker), drain);
        await this.#comparison.check();
      } while (this.#activeClaims(worker).length > 0);
    }
    await this.#expire();
    await this.#comparison.check();
    const left = this.#model.jobs.filter(({ state }) => state === "ready" || state === "active");
    assert.deepEqual(left, []);
  }

  #pickJob(pick: number): ModelJob | undefined {
    return this.#model.jobs.length === 0 ? undefined : choose(this.#model.jobs, pick);
  }

  #activeClaims(worker: TestWorker): readonly Claim[] {
    return this.#claims.filter((claim) => claim.worker === worker && this.#isActive(claim));
  }

  #isActive({ job: { id, fence } }: Claim): boolean {
    const job = this.#model.job(id);
    return job.state === "active" && job.fence === fence;
  }

  #success(): Outcome {
    this.#results += 1;
    return succeeded(String(this.#results));
  }

  #outcome(choice: number): Outcome {
    const others = [
      failed("walk"),
      discarded("walk"),
      retried("walk", 0),
      retried("walk", 0),
      { kind: "snoozed", due: { afterMs: 0 } },
      { kind: "released" },
      { kind: "released" },
    ] as const;
    return others[choice] ?? this.#success();
  }
}

function choose<Item>(items: readonly Item[], pick: number): Item {
  const item = items[pick % items.length];
  assert.ok(item !== undefined);
  return item;
}
