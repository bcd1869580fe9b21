import assert from "node:assert/strict";
import type { Engine } from "../../engine/contract.ts";
import type { ClaimRequest, ExchangeReply } from "../../engine/jobs.ts";
import type { BeatReply, Held, WorkerDescription } from "../../engine/liveness.ts";
import type { ClaimedJob, Effect, Outcome, Payload, Settlement, SettlementReply } from "../../kernel/job.ts";

/** The task of jobs and workers that name no other. */
export const TASK = "task";
/** The queue of jobs that name no other. */
export const QUEUE = "queue";
/** Long enough that nothing is pruned within a test. */
export const RETAIN_MS = 3_600_000;

export interface TestWorkerOptions {
  readonly id: string;
  readonly leaseMs: number;
  readonly tasks?: readonly string[];
  readonly queues?: readonly string[];
}

/** Speaks to an engine as a worker process does, one call at a time. */
export class TestWorker {
  readonly engine: Engine;
  readonly description: WorkerDescription;
  leaseMs: number;
  exchanges = 0;

  constructor(engine: Engine, options: TestWorkerOptions) {
    const { id, leaseMs, tasks = [TASK], queues } = options;
    this.engine = engine;
    this.leaseMs = leaseMs;
    this.description = { id, host: "host", pid: process.pid, version: "1.0.0", queues, tasks, concurrency: 10 };
  }

  get id(): string {
    return this.description.id;
  }

  register(): Promise<void> {
    return this.engine.liveness.register(this.description, this.leaseMs);
  }

  exchange(settlements: readonly Settlement[], claim?: Partial<ClaimRequest>): Promise<ExchangeReply> {
    this.exchanges += 1;
    const { tasks, queues } = this.description;
    return this.engine.jobs.exchange({
      worker: this.id,
      exchange: this.exchanges,
      settlements,
      claim: claim === undefined ? undefined : { tasks, queues, max: 1, alone: false, retainMs: RETAIN_MS, ...claim },
    });
  }

  async claim(max: number, more: Partial<ClaimRequest> = {}): Promise<readonly ClaimedJob[]> {
    return (await this.exchange([], { max, ...more })).claimed;
  }

  /** Claims the one job that must be there. */
  async claimOne(more: Partial<ClaimRequest> = {}): Promise<ClaimedJob> {
    const [job, ...others] = await this.claim(1, more);
    assert.ok(job !== undefined, "there is a job to claim");
    assert.equal(others.length, 0);
    return job;
  }

  async settle(job: ClaimedJob, outcome: Outcome, effects: readonly Effect[] = []): Promise<SettlementReply> {
    const [reply] = (await this.exchange([settlementOf(job, outcome, effects)])).settled;
    assert.ok(reply !== undefined, "every settlement has a reply");
    return reply;
  }

  async succeed(job: ClaimedJob, result?: Payload): Promise<void> {
    const reply = await this.settle(job, succeeded(result));
    assert.deepEqual(reply, { status: "applied", state: "succeeded" });
  }

  /** Beats; with the jobs that it holds (none: an empty list), or without saying what it holds. */
  beat(
    jobs?: readonly ClaimedJob[],
    pendingExchanges: readonly number[] = [],
    nextExchange: number = this.exchanges + 1,
  ): Promise<BeatReply> {
    const held: Held | undefined = jobs === undefined ? undefined : { jobs, pendingExchanges, nextExchange };
    return this.engine.liveness.beat({ worker: this.id, leaseMs: this.leaseMs, held });
  }
}

export function settlementOf(job: ClaimedJob, outcome: Outcome, effects: readonly Effect[] = []): Settlement {
  return { id: job.id, fence: job.fence, receipt: job.receipt, outcome, effects };
}

export function succeeded(result?: Payload): Outcome {
  return { kind: "succeeded", result, retainMs: RETAIN_MS };
}

export function failed(message: string): Outcome {
  return { kind: "failed", error: { name: "Error", message }, retainMs: RETAIN_MS };
}

export function retried(message: string, afterMs: number): Outcome {
  return { kind: "retried", error: { name: "Error", message }, due: { afterMs } };
}

export function discarded(reason: string): Outcome {
  return { kind: "revoked", by: "handler", reason, retainMs: RETAIN_MS };
}
