import type { Lifecycle } from "../kernel/lifecycle.ts";
import type { Archive } from "./archive.ts";
import type { Bus } from "./bus.ts";
import type { Inspect } from "./inspect.ts";
import type { Jobs } from "./jobs.ts";
import type { Liveness } from "./liveness.ts";
import type { Records } from "./records.ts";
import type { Upkeep } from "./upkeep.ts";

/** What an engine can do beyond the rest; whatever is missing is refused at start, with a reason. */
export interface Capabilities {
  /** `delay(input, { tx })`. */
  readonly transactions: boolean;
  /** Several processes can share it. */
  readonly processes: boolean;
  /** Jobs that have ended can be looked at, awaited and retried. */
  readonly results: boolean;
}

/** How far a store's schema is, and what a migration did or would do. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** Names of the migrations, in order. */
  readonly applied: readonly string[];
}

/** One fact that a health check found. */
export interface HealthFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The store's own upkeep, for the command line. */
export interface Maintenance {
  /**
   * Brings the schema up to date, which `start()` does as well. `dryRun` only says what would be done, and makes nothing;
   * `from` is 0 where there is no store yet. Also answers before `start()`, since afterwards nothing is left to do.
   */
  migrate(request: { readonly dryRun: boolean }): Promise<MigrationReport>;
  diagnose(): Promise<readonly HealthFinding[]>;
}

/**
 * The database or broker behind it all, as small parts. Everything lives in one namespace.
 * Every promise rejects with a `LovageError`: `ENGINE_UNAVAILABLE`, `ENGINE_TIMEOUT`, `ENGINE_CLOSED`, `STORAGE_FULL`,
 * `STORAGE_INVALID` or `SCHEMA_TOO_NEW`, and never hangs.
 */
export interface Engine extends Lifecycle {
  /** `memory`, `sqlite`, … */
  readonly kind: string;
  readonly capabilities: Capabilities;
  readonly jobs: Jobs;
  readonly liveness: Liveness;
  readonly upkeep: Upkeep;
  readonly bus: Bus;
  readonly inspect: Inspect;
  /** Absent: the engine can be neither side of a broker and a result store chosen apart. */
  readonly archive?: Archive | undefined;
  /** Absent: what lives in records (schedules) is refused at start. */
  readonly records?: Records | undefined;
  readonly maintenance: Maintenance;
}
