import type { ClaimRequest, ExchangeReply } from "../../../engine/jobs.ts";
import type { ClaimedJob } from "../../../kernel/job.ts";
import { endByExpiry } from "./end.ts";
import { type StoredJob, toClaimed } from "./job.ts";
import { earliest, type Lane } from "./lane.ts";
import type { JobTable } from "./table.ts";

// One claimed job in so many is the oldest whatever its priority, so that a flood of high ones starves nobody.
const OLDEST_EVERY = 20;

/** Who claims, and what. */
export interface Claimant {
  readonly worker: string;
  readonly exchange: number;
  readonly request: ClaimRequest;
}

type Choice = (lanes: readonly Lane[]) => StoredJob | undefined;

/** Gives ready jobs to workers. */
export class Claim {
  readonly #jobs: JobTable;
  #count = 0;

  constructor(jobs: JobTable) {
    this.#jobs = jobs;
  }

  run(claimant: Claimant, now: number): Pick<ExchangeReply, "claimed" | "quarantined"> {
    const { request } = claimant;
    const lanes = this.#jobs.lanes.eligible(request);
    const claimed = request.alone ? this.#takeUpTo(1, lanes, nextQuarantined, claimant, now) : [];
    if (claimed.length === 0) claimed.push(...this.#takeUpTo(request.max, lanes, this.#next, claimant, now));
    return { claimed, quarantined: this.#choose(lanes, nextQuarantined, request, now) !== undefined };
  }

  #takeUpTo(max: number, lanes: readonly Lane[], choice: Choice, claimant: Claimant, now: number): ClaimedJob[] {
    const claimed: ClaimedJob[] = [];
    while (claimed.length < Math.min(max, claimant.request.max)) {
      const job = this.#choose(lanes, choice, claimant.request, now);
      if (job === undefined) break;
      this.#take(job, claimant, now);
      claimed.push(toClaimed(job));
    }
    return claimed;
  }

  /** The chosen job; those that it meets past their expiry are revoked on the way. */
  #choose(lanes: readonly Lane[], choice: Choice, request: ClaimRequest, now: number): StoredJob | undefined {
    for (let job = choice(lanes); job !== undefined; job = choice(lanes)) {
      if (job.expiresAt === undefined || now < job.expiresAt) return job;
      endByExpiry(this.#jobs, job, request.retainMs, now);
    }
    return undefined;
  }

  readonly #next: Choice = (lanes) =>
    this.#count % OLDEST_EVERY === OLDEST_EVERY - 1
      ? earliest(lanes.map((lane) => lane.oldest()))
      : nextByPrecedence(lanes);

  #take(job: StoredJob, { worker, exchange, request }: Claimant, now: number): void {
    this.#count += 1;
    this.#jobs.change(job, "active", {
      ...{ worker, exchange, claimRetainMs: request.retainMs },
      fence: job.fence + 1,
      startedAt: now,
    });
  }
}

function nextByPrecedence(lanes: readonly Lane[]): StoredJob | undefined {
  let found: StoredJob | undefined;
  for (const lane of lanes) {
    const job = lane.first();
    if (job !== undefined && (found === undefined || comesBefore(job, found))) found = job;
  }
  return found;
}

function nextQuarantined(lanes: readonly Lane[]): StoredJob | undefined {
  return earliest(lanes.map((lane) => lane.quarantined()));
}

function comesBefore(left: StoredJob, right: StoredJob): boolean {
  return left.priority > right.priority || (left.priority === right.priority && left.sequence < right.sequence);
}
