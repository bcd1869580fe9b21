import { EXPIRY, type Upkeep } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { Pool } from "../client/pool.ts";

// Rows of `tally` that one prune folds: a prune comes every few seconds, a transaction adds one row or two.
const MAX_FOLDED = 20_000;
// Rows that are kept for longer than the rest of their partition, and move so that it can go.
const MAX_MOVED = 10_000;
const DAYS_AHEAD = 2;
// Places in workflows that one prune looks at, whose jobs may have gone with a partition.
const MAX_SWEPT = 2_000;
// Partitions are a matter of days.
const DAYS_EVERY_MS = 600_000;

/** Promotion, expiry and retention. */
export class PostgresUpkeep implements Upkeep {
  readonly #pool: Pool;
  readonly #schema: string;
  #daysAtMs = 0;
  /** Where the sweep of places in workflows goes on. */
  #sweptTo = "";

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  async promote({ max }: { readonly max: number }): Promise<{ promoted: number; nextDueInMs: number | undefined }> {
    const text = `SELECT promoted, next_due_in_ms FROM ${this.#schema}.promote($1)`;
    const { rows } = await this.#pool.run({ text, values: [max] });
    const [promoted, next] = rows[0] ?? [];
    return { promoted: Number(promoted), nextDueInMs: next == null ? undefined : Number(next) };
  }

  async expire({ max, retainMs }: { readonly max: number; readonly retainMs: number }): Promise<{ expired: number }> {
    const text = `SELECT ${this.#schema}.expire($1, $2, $3, false)`;
    const { rows } = await this.#pool.run({ text, values: [max, storedInstant(retainMs), EXPIRY.reason] });
    return { expired: Number(rows[0]?.[0]) };
  }

  async prune({ max, maxFinished }: { readonly max: number; readonly maxFinished: number }): Promise<{
    pruned: number;
  }> {
    const schema = this.#schema;
    const text = `SELECT ${schema}.prune($1, $2), ${schema}.fold($3), ${schema}.sweep_nodes($4, $5)`;
    const { rows } = await this.#pool.run({ text, values: [max, maxFinished, MAX_FOLDED, this.#sweptTo, MAX_SWEPT] });
    this.#sweptTo = rows[0]?.[2] ?? "";
    const dropped = await this.#tendDays();
    return { pruned: Number(rows[0]?.[0]) + dropped };
  }

  /** Adds the partitions of the days to come, and drops those of days past. */
  async #tendDays(): Promise<number> {
    if (performance.now() - this.#daysAtMs < DAYS_EVERY_MS && this.#daysAtMs > 0) return 0;
    this.#daysAtMs = performance.now();
    await this.#pool.run({ text: `SELECT ${this.#schema}.add_days($1)`, values: [DAYS_AHEAD] });
    const { rows } = await this.#pool.run({ text: `SELECT ${this.#schema}.drop_days($1)`, values: [MAX_MOVED] });
    return Number(rows[0]?.[0]);
  }
}
