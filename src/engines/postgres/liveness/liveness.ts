import type { Beat, BeatReply, Liveness, RenewalSource, RescuedJob, WorkerDescription } from "../../../engine/index.ts";
import { texts } from "../client/arrays.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import type { PostgresSettings } from "../options.ts";
import { beat } from "./beat.ts";
import { giveBack, toActiveJob } from "./give-back.ts";
import { type RescueRequest, rescue } from "./rescue.ts";

const EVERY = 2_147_483_647;

/** Workers and their leases. */
export class PostgresLiveness implements Liveness {
  readonly renewal: RenewalSource;
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(pool: Pool, settings: PostgresSettings) {
    this.#pool = pool;
    this.#schema = settings.schema;
    this.renewal = { module: new URL("../renewal.ts", import.meta.url).href, options: settings };
  }

  async register(worker: WorkerDescription, leaseMs: number): Promise<void> {
    const { id, host, pid, version, queues, tasks, concurrency } = worker;
    await this.#pool.run({
      text: `SELECT ${this.#schema}.register($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [
        ...[id, host, pid, version, queues === undefined ? null : texts(queues), texts(tasks), concurrency],
        Math.round(leaseMs),
      ],
    });
  }

  beat(request: Beat): Promise<BeatReply> {
    return beat(request, this.#pool, this.#schema);
  }

  async deregister(worker: string): Promise<void> {
    const schema = this.#schema;
    await this.#pool.transaction(async (ask) => {
      // The lease first: an exchange that comes later is given nothing.
      await ask({ text: readSql("liveness/delete", schema), values: [worker] });
      const { rows } = await ask({ text: readSql("liveness/active", schema), values: [worker, EVERY] });
      await giveBack(rows.map(toActiveJob), { worker, crashes: 0, retainMs: undefined }, { schema, ask });
    });
  }

  rescue(request: RescueRequest): Promise<readonly RescuedJob[]> {
    return rescue(request, this.#pool, this.#schema);
  }
}
