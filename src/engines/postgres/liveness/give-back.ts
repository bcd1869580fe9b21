import { CRASHES_BEFORE_QUARANTINE, workerLost } from "../../../engine/index.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import { bigIntegers, integers, texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";
import type { Ask } from "../client/pool.ts";

/** A job that a worker holds by the engine's account. */
export interface ActiveJob {
  readonly id: string;
  readonly task: string;
  readonly fence: number;
  readonly exchange: number;
  readonly isEarly: boolean;
  readonly crashes: number;
  readonly isAskedToEnd: boolean;
  /** How long it can be looked at if it ends without its worker. */
  readonly retainMs: number;
}

/** `crashes`: 1 where the job may have caused the loss. `retainMs`: of jobs that fail by it; absent: as their claim said. */
export interface Loss {
  readonly worker: string;
  readonly crashes: 0 | 1;
  readonly retainMs: number | undefined;
}

export type StateAfterLoss = "ready" | "failed" | "revoked";

/** A row of `sql/liveness/active.sql`. */
export function toActiveJob(row: Row): ActiveJob {
  const [id, fence, exchange, early, crashes, revokedBy, , retainMs, task] = row;
  return {
    id: String(id),
    task: String(task),
    fence: Number(fence),
    exchange: Number(exchange),
    isEarly: early === "t",
    crashes: Number(crashes),
    isAskedToEnd: revokedBy != null,
    retainMs: Number(retainMs ?? 0),
  };
}

/** Takes locked jobs back from a worker that will not settle them. The states that they are given, in order. */
export async function giveBack(
  jobs: readonly ActiveJob[],
  loss: Loss,
  { schema, ask }: { readonly schema: string; readonly ask: Ask },
): Promise<readonly StateAfterLoss[]> {
  const states = jobs.map((job) => stateAfter(job, loss.crashes));
  const ended = jobs.filter((_, index) => states[index] !== "ready");
  const ready = jobs.filter((_, index) => states[index] === "ready");
  if (ended.length > 0) {
    await ask({
      text: `SELECT ${schema}.finish($1, $2, $3, $4, NULL, NULL, $5, $6)`,
      values: [
        texts(ended.map(({ id }) => id)),
        texts(ended.map((job) => stateAfter(job, loss.crashes))),
        bigIntegers(ended.map((job) => (job.isAskedToEnd ? job.retainMs : (loss.retainMs ?? job.retainMs)))),
        texts(ended.map((job) => JSON.stringify(errorOf(job, loss)))),
        integers(ended.map(() => 0)),
        integers(ended.map(() => loss.crashes)),
      ],
    });
  }
  if (ready.length > 0) {
    await ask({
      text: `SELECT ${schema}.put_back($1, NULL, NULL, $2, $3)`,
      values: [texts(ready.map(({ id }) => id)), integers(ready.map(() => 0)), integers(ready.map(() => loss.crashes))],
    });
  }
  return states;
}

function stateAfter(job: ActiveJob, crashes: 0 | 1): StateAfterLoss {
  if (job.isAskedToEnd) return "revoked";
  return job.isEarly || job.crashes + crashes > CRASHES_BEFORE_QUARANTINE ? "failed" : "ready";
}

function errorOf(job: ActiveJob, { worker }: Loss): ErrorRecord | undefined {
  return job.isAskedToEnd ? undefined : workerLost(worker, job.isEarly ? "early" : "crashes");
}
