import type { RescuedJob } from "../../../engine/index.ts";
import type { Ask, Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { giveBack, toActiveJob } from "./give-back.ts";

export interface RescueRequest {
  readonly worker: string;
  readonly max: number;
  readonly retainMs: number;
}

/** Takes back the jobs of lost workers, for a worker whose own lease has been steady for its full length. */
export async function rescue(request: RescueRequest, pool: Pool, schema: string): Promise<readonly RescuedJob[]> {
  // Idle workers ask every few seconds, nearly always in vain, so that is one statement.
  const due = await pool.run({ text: readSql("liveness/is-due", schema), values: [request.worker] });
  if (due.rows[0]?.[0] !== "t") return [];
  return pool.transaction((ask) => rescueAll(request, schema, ask));
}

async function rescueAll({ max, retainMs }: RescueRequest, schema: string, ask: Ask): Promise<readonly RescuedJob[]> {
  const lapsed = await ask({ text: readSql("liveness/lapsed", schema) });
  const holders = await ask({ text: readSql("liveness/holders", schema) });
  const rescued: RescuedJob[] = [];
  for (const [name] of [...lapsed.rows, ...holders.rows]) {
    const worker = String(name);
    const { rows } = await ask({ text: readSql("liveness/active", schema), values: [worker, max - rescued.length] });
    const jobs = rows.map(toActiveJob);
    const states = await giveBack(jobs, { worker, crashes: 1, retainMs }, { schema, ask });
    for (const [index, { id, task, crashes }] of jobs.entries())
      rescued.push({ id, task, worker, crashes: crashes + 1, state: states[index] ?? "ready" });
    if (rescued.length >= max) return rescued;
    // Not before its last job was taken: a worker without a row is lost as well, but nobody could see it by then.
    await ask({ text: readSql("liveness/delete", schema), values: [worker] });
  }
  return rescued;
}
