import type { Archive, FinishedJob, JobVersion } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import { isFinished } from "../../../kernel/state.ts";
import { texts } from "../client/arrays.ts";
import { type Ask, OPERATION_MS, type Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import type { PostgresInspect } from "../inspect/inspect.ts";
import { Lanes } from "../jobs/lanes.ts";
import { toDocument } from "./document.ts";

/** Finished jobs on their way from one engine to another. */
export class PostgresArchive implements Archive {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #inspect: PostgresInspect;
  readonly #lanes: Lanes;

  constructor(pool: Pool, schema: string, inspect: PostgresInspect) {
    this.#pool = pool;
    this.#schema = schema;
    this.#inspect = inspect;
    this.#lanes = new Lanes(pool, schema);
  }

  async ended({ max, forMs }: { readonly max: number; readonly forMs: number }): Promise<readonly FinishedJob[]> {
    const text = readSql("archive/ended", this.#schema);
    const { rows } = await this.#pool.run({ text, values: [storedInstant(forMs), max] });
    const records = await this.#inspect.get(rows.map(([id]) => String(id)));
    return records.flatMap((record, index) =>
      // Between the two reads one may have been retried or removed.
      record !== undefined && isFinished(record.state) ? [{ record, retainMs: Number(rows[index]?.[1]) }] : [],
    );
  }

  async store(jobs: readonly FinishedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const lanes = jobs.map(({ record }) => record);
    await this.#lanes.know(lanes, Date.now() + OPERATION_MS);
    await this.#pool.transaction(async (ask) => {
      const standing = await this.#standing(jobs, ask);
      const given = jobs.filter(({ record }) => record.version > (standing.get(record.id) ?? 0));
      await this.#discard(
        given.map(({ record }) => record.id).filter((id) => standing.has(id)),
        ask,
      );
      const document = toDocument(given, this.#lanes);
      await ask({ text: readSql("archive/store", this.#schema), values: [document] });
    });
  }

  drop(jobs: readonly JobVersion[]): Promise<{ readonly dropped: number }> {
    return this.#pool.transaction(async (ask) => {
      const standing = await this.#standing(
        jobs.map((record) => ({ record })),
        ask,
      );
      const ids = jobs.filter(({ id, version }) => standing.get(id) === version).map(({ id }) => id);
      await this.#discard(ids, ask);
      return { dropped: ids.length };
    });
  }

  /** The versions of those that are there; of one that has not ended, one above all others. */
  async #standing(jobs: readonly { readonly record: JobVersion }[], ask: Ask): Promise<ReadonlyMap<string, number>> {
    const ids = texts(jobs.map(({ record }) => record.id));
    const { rows } = await ask({ text: readSql("archive/standing", this.#schema), values: [ids] });
    return new Map(
      rows.map(([id, version]) => [String(id), version == null ? Number.POSITIVE_INFINITY : Number(version)]),
    );
  }

  async #discard(ids: readonly string[], ask: Ask): Promise<void> {
    if (ids.length > 0) await ask({ text: `SELECT ${this.#schema}.discard_finished($1)`, values: [texts(ids)] });
  }
}
