import type { RescuedJob } from "../../../engine/index.ts";
import { readNumber, readOptionalText, readText } from "../database/row.ts";
import type { Work } from "../work.ts";
import { activeOf } from "./active.ts";
import { giveBack } from "./give-back.ts";

/** Which worker asks, how many jobs it will take back at most, and how long those that end are kept. */
export interface RescueRequest {
  readonly worker: string;
  readonly max: number;
  readonly retainMs: number;
}

/** Takes back the jobs of lost workers, for a worker whose own lease has been steady for its full length. */
export function rescue(work: Work, { worker, max, retainMs }: RescueRequest): readonly RescuedJob[] {
  if (!isSteady(work, worker)) return [];
  const rescued: RescuedJob[] = [];
  for (const lost of lostWorkers(work)) {
    const jobs = activeOf(work, lost, max - rescued.length);
    for (const job of jobs) {
      const state = giveBack(work, job, { worker: lost, crashes: 1, retainMs });
      rescued.push({ id: job.id, task: job.lane.task, worker: lost, crashes: job.crashes + 1, state });
    }
    if (rescued.length >= max) return rescued;
    // Not before its last job was taken: a worker without a row is lost as well, but nobody could see it by then.
    work.statements.named("liveness/delete").run({ id: lost });
  }
  return rescued;
}

function isSteady(work: Work, worker: string): boolean {
  const row = work.statements.hot("liveness/standing").get(worker);
  if (row === undefined) return false;
  const [leaseUntil, steadySince, leaseMs] = [readNumber(row, 0), readNumber(row, 1), readNumber(row, 2)];
  return leaseUntil >= work.nowMs && work.nowMs - steadySince >= leaseMs;
}

function lostWorkers(work: Work): readonly string[] {
  const lapsed = work.statements
    .named("liveness/lapsed")
    .all({ now: work.nowMs })
    .map((row) => readText(row, 0));
  return [...lapsed, ...unregisteredHolders(work)];
}

/** Workers that hold jobs and have no row: rescued from before, and then claimed again by a process that came back. */
function unregisteredHolders(work: Work): readonly string[] {
  const holders: string[] = [];
  let after = "";
  for (;;) {
    const row = work.statements.named("liveness/next-holder").get({ after });
    const worker = row === undefined ? undefined : readOptionalText(row, 0);
    if (worker === undefined) return holders;
    if (work.statements.hot("liveness/standing").get(worker) === undefined) holders.push(worker);
    after = worker;
  }
}
