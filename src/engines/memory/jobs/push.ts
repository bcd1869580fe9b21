import {
  keyConflict,
  type PushedJob,
  type PushReply,
  type PushRequest,
  pushTooLate,
  queueFull,
} from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import type { KeyConflict, LovageError, QueueFull } from "../../../kernel/errors.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { type KeyHolder, type Keys, nameOf } from "../keys.ts";
import type { JobTable } from "./table.ts";

/** What a push would do: decided as a whole before anything is written. */
export interface PushPlan {
  readonly created: readonly NewJob[];
  readonly replies: readonly PushedJob[];
}

/** Stores jobs, each request wholly or not at all. */
export class Push {
  readonly #jobs: JobTable;
  readonly #keys: Keys;

  constructor(jobs: JobTable, keys: Keys) {
    this.#jobs = jobs;
    this.#keys = keys;
  }

  /** Answers one request. */
  run(request: PushRequest, now: number): PushReply {
    const plan =
      now > request.deadlineAt ? pushTooLate(now - request.deadlineAt) : this.plan(request.jobs, request.maxDepth, now);
    if (plan instanceof Error) return { status: "refused", error: toErrorRecord(plan) };
    this.carryOut(plan, now);
    return { status: "stored", jobs: plan.replies };
  }

  /** Decides what a push would do, or why it is refused. */
  plan(jobs: readonly NewJob[], maxDepth: PushRequest["maxDepth"], now: number): PushPlan | LovageError {
    const created = new Map<string, NewJob>();
    const keys = new Map<string, KeyHolder>();
    const replies: PushedJob[] = [];
    for (const job of jobs) {
      const holder = this.#holderOf(job, created, keys, now);
      if (holder instanceof Error) return holder;
      replies.push({ id: holder ?? job.id, outcome: holder === undefined ? "created" : "existing" });
      if (holder !== undefined) continue;
      created.set(job.id, job);
      if (job.key !== undefined) keys.set(nameOf(job.task, job.key.key), { jobId: job.id, ...job.key });
    }
    const newJobs = [...created.values()];
    return this.#findFullQueue(newJobs, maxDepth) ?? { created: newJobs, replies };
  }

  carryOut(plan: PushPlan, now: number): void {
    for (const job of plan.created) {
      this.#jobs.insert(job, now);
      this.#keys.remember(job, now);
    }
  }

  /** The id of the job that answers to this one's id or key already. */
  #holderOf(
    job: NewJob,
    created: ReadonlyMap<string, NewJob>,
    newKeys: ReadonlyMap<string, KeyHolder>,
    now: number,
  ): string | KeyConflict | undefined {
    if (created.has(job.id) || this.#jobs.get(job.id) !== undefined) return job.id;
    if (job.key === undefined) return undefined;
    const { key, inputHash } = job.key;
    const holder = newKeys.get(nameOf(job.task, key)) ?? this.#keys.find(job.task, key, now);
    if (holder === undefined || holder.inputHash === inputHash) return holder?.jobId;
    return keyConflict({ task: job.task, key, jobId: holder.jobId });
  }

  #findFullQueue(created: readonly NewJob[], maxDepth: PushRequest["maxDepth"]): QueueFull | undefined {
    const added = new Map<string, number>();
    for (const { queue } of created) added.set(queue, (added.get(queue) ?? 0) + 1);
    for (const [queue, count] of added) {
      // A queue may be called "constructor": only the request's own entries count.
      const limit = Object.hasOwn(maxDepth, queue) ? maxDepth[queue] : undefined;
      const depth = this.#jobs.depth(queue);
      if (limit === undefined || depth + count <= limit) continue;
      return queueFull({ queue, depth, maxDepth: limit });
    }
    return undefined;
  }
}
