import type { Beat, BeatReply, Held } from "../../../engine/index.ts";
import type { Row } from "../client/library.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { giveBack, toActiveJob } from "./give-back.ts";

interface HeldRow {
  readonly id: string;
  readonly fence: number;
  readonly exchange: number;
  readonly reason: string | undefined;
}

const EVERY = 2_147_483_647;

/** Renews a lease, and reconciles what the engine and the worker believe that the worker holds. */
export async function beat({ worker, leaseMs, held }: Beat, pool: Pool, schema: string): Promise<BeatReply> {
  const renewed = await pool.run({ text: `SELECT ${schema}.renew($1, $2)`, values: [worker, Math.round(leaseMs)] });
  const known = renewed.rows[0]?.[0] === "t";
  if (held === undefined) return { known, lost: [], revoked: [], reclaimed: 0 };
  const { rows } = await pool.run({ text: readSql("liveness/held", schema), values: [worker] });
  const active = new Map(rows.map(toHeldRow).map((job) => [job.id, job]));
  const lost: string[] = [];
  const revoked: { id: string; reason: string }[] = [];
  for (const { id, fence } of held.jobs) {
    const job = active.get(id);
    if (job?.fence !== fence) {
      lost.push(id);
      continue;
    }
    active.delete(id);
    if (job.reason !== undefined) revoked.push({ id, reason: job.reason });
  }
  const unheard = [...active.values()].filter((job) => isUnheard(job, held));
  const reclaimed = unheard.length === 0 ? 0 : await reclaim(unheard, worker, { pool, schema });
  return { known, lost, revoked, reclaimed };
}

/** Gives back jobs whose claim's reply was lost: the worker never heard of them, so they never started. */
function reclaim(
  unheard: readonly HeldRow[],
  worker: string,
  { pool, schema }: { readonly pool: Pool; readonly schema: string },
): Promise<number> {
  const fences = new Map(unheard.map(({ id, fence }) => [id, fence]));
  return pool.transaction(async (ask) => {
    // Looked at again under the lock: it may have been taken from the worker meanwhile, or have ended.
    const { rows } = await ask({ text: readSql("liveness/active", schema), values: [worker, EVERY] });
    const jobs = rows.map(toActiveJob).filter(({ id, fence }) => fences.get(id) === fence);
    await giveBack(jobs, { worker, crashes: 0, retainMs: undefined }, { schema, ask });
    return jobs.length;
  });
}

function isUnheard({ exchange }: HeldRow, { pendingExchanges, nextExchange }: Held): boolean {
  return exchange < nextExchange && !pendingExchanges.includes(exchange);
}

function toHeldRow([id, fence, exchange, revokedBy, reason]: Row): HeldRow {
  return {
    id: String(id),
    fence: Number(fence),
    exchange: Number(exchange),
    reason: revokedBy == null ? undefined : (reason ?? ""),
  };
}
