import type { BulkReply, BulkRequest, JobFilter } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { JobState } from "../../../kernel/job.ts";
import { bigIntegers, integers, texts } from "../client/arrays.ts";
import type { Ask, Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { among, countStatement, encodeFilter } from "./filter.ts";

/** What is done to each job. */
export type BulkAction =
  | { readonly kind: "revoke"; readonly reason: string; readonly retainMs: number }
  | { readonly kind: "retry" }
  | { readonly kind: "remove" };

type RevokeAction = Extract<BulkAction, { readonly kind: "revoke" }>;

// Jobs in one transaction: it holds their locks for some 20 ms.
const STEP_JOBS = 1_000;

/** The states in which an action can take a job. */
const allowedStates: Readonly<Record<BulkAction["kind"], ReadonlySet<JobState>>> = {
  revoke: new Set(["scheduled", "ready", "active", "waiting"]),
  retry: new Set(["failed", "revoked"]),
  remove: new Set(["scheduled", "ready", "waiting", "succeeded", "failed", "revoked"]),
};

interface Found {
  readonly id: string;
  readonly state: JobState;
  /** It ended without what it waited for, and so cannot be retried. */
  readonly isLacking: boolean;
}

/** Operations on many jobs, in steps. */
export class Bulk {
  readonly #pool: Pool;
  readonly #schema: string;

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  run({ selection, dryRun }: BulkRequest, action: BulkAction): Promise<BulkReply> {
    if ("ids" in selection) return this.#byIds(selection.ids, action, dryRun);
    // The counters do not know which jobs lack what they waited for.
    const isCounted = dryRun && action.kind !== "retry";
    return isCounted ? this.#countOnly(selection.filter, action) : this.#byFilter(selection.filter, action, dryRun);
  }

  async #byIds(given: readonly string[], action: BulkAction, dryRun: boolean): Promise<BulkReply> {
    const ids = [...new Set(given)];
    const skipped: { id: string; reason: "not-found" | "wrong-state" }[] = [];
    let changed = 0;
    for (let from = 0; from < ids.length; from += STEP_JOBS) {
      const part = ids.slice(from, from + STEP_JOBS);
      const found = await this.#step(part, action, dryRun);
      for (const id of part) {
        const job = found.get(id);
        if (job === undefined) skipped.push({ id, reason: "not-found" });
        else if (allows(action, job)) changed += 1;
        else skipped.push({ id, reason: "wrong-state" });
      }
    }
    return { changed, skipped };
  }

  /** Goes through the jobs by id. The last one is fixed at the beginning, so that jobs pushed meanwhile are left alone. */
  async #byFilter(filter: JobFilter, action: BulkAction, dryRun: boolean): Promise<BulkReply> {
    const schema = this.#schema;
    const values = encodeFilter(among(filter, allowedStates[action.kind]));
    const { rows } = await this.#pool.run({ text: readSql("inspect/last-id", schema) });
    const last = rows[0]?.[0] ?? "";
    let changed = 0;
    for (let after = ""; ; ) {
      const page = await this.#pool.run({
        text: readSql("inspect/step", schema),
        values: [after, last, ...values, STEP_JOBS],
      });
      const ids = page.rows.map(([id]) => String(id));
      const found = await this.#step(ids, action, dryRun);
      changed += [...found.values()].filter((job) => allows(action, job)).length;
      if (ids.length < STEP_JOBS) return { changed, skipped: [] };
      after = ids.at(-1) ?? last;
    }
  }

  async #countOnly(filter: JobFilter, action: BulkAction): Promise<BulkReply> {
    const { rows } = await this.#pool.run(countStatement(among(filter, allowedStates[action.kind]), this.#schema));
    return { changed: Number(rows[0]?.[0]), skipped: [] };
  }

  /** The jobs as they were found; those that the action allows are changed. */
  async #step(ids: readonly string[], action: BulkAction, dryRun: boolean): Promise<ReadonlyMap<string, Found>> {
    if (ids.length === 0) return new Map();
    return this.#pool.transaction(async (ask) => {
      const found = await this.#lock(ids, ask);
      const allowed = found.filter((job) => allows(action, job));
      if (!dryRun && allowed.length > 0) await this.#act(allowed, action, ask);
      return new Map(found.map((job) => [job.id, job]));
    });
  }

  async #lock(ids: readonly string[], ask: Ask): Promise<readonly Found[]> {
    const text = `SELECT id, state, lacking FROM ${this.#schema}.hold($1)`;
    const { rows } = await ask({ text, values: [texts(ids)] });
    // A constraint of the tables keeps any other text out of the second column.
    return rows.map(([id, state, lacking]) => ({
      id: String(id),
      state: state as JobState,
      isLacking: lacking === "t",
    }));
  }

  async #act(jobs: readonly Found[], action: BulkAction, ask: Ask): Promise<void> {
    const schema = this.#schema;
    const ids = texts(jobs.map(({ id }) => id));
    if (action.kind === "revoke") await this.#revoke(jobs, action, ask);
    else await ask({ text: `SELECT ${schema}.${action.kind}($1)`, values: [ids] });
  }

  async #revoke(jobs: readonly Found[], revoke: RevokeAction, ask: Ask): Promise<void> {
    const idsOf = (fits: (state: JobState) => boolean): readonly string[] =>
      jobs.filter(({ state }) => fits(state)).map(({ id }) => id);
    const { reason, retainMs } = revoke;
    const active = idsOf((state) => state === "active");
    if (active.length > 0) {
      const text = `SELECT ${this.#schema}.ask_to_end($1, $2, $3)`;
      await ask({ text, values: [texts(active), reason, storedInstant(retainMs)] });
    }
    await this.#end(
      idsOf((state) => state === "ready" || state === "scheduled"),
      revoke,
      ask,
    );
    // After those that they wait for: one that has ended because of another comes back when that is retried.
    await this.#end(
      idsOf((state) => state === "waiting"),
      revoke,
      ask,
    );
  }

  async #end(ids: readonly string[], { reason, retainMs }: RevokeAction, ask: Ask): Promise<void> {
    if (ids.length === 0) return;
    const zeros = integers(ids.map(() => 0));
    await ask({
      text: `SELECT ${this.#schema}.finish($1, $2, $3, NULL, $4, $5, $6, $6)`,
      values: [
        ...[texts(ids), texts(ids.map(() => "revoked")), bigIntegers(ids.map(() => storedInstant(retainMs)))],
        ...[texts(ids.map(() => "caller")), texts(ids.map(() => reason)), zeros],
      ],
    });
  }
}

function allows({ kind }: BulkAction, { state, isLacking }: Found): boolean {
  return allowedStates[kind].has(state) && !(kind === "retry" && isLacking);
}
