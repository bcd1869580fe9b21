import { LAST_INSTANT } from "../../../kernel/instant.ts";
import type { Pool } from "./pool.ts";

/**
 * How the server's clock stands to this process's: the engine's clock decides, so deadlines are told in its terms. It is
 * measured against `performance.now()`, which goes on evenly where `Date.now()` is set.
 */
export class ServerClock {
  readonly #pool: Pool;
  readonly #schema: string;
  /** What is added to `performance.now()` to have the server's clock. */
  #offsetMs = 0;

  constructor(pool: Pool, schema: string) {
    this.#pool = pool;
    this.#schema = schema;
  }

  /** Asks for the server's clock. @throws EngineUnavailable (`ENGINE_UNAVAILABLE`), EngineTimeout (`ENGINE_TIMEOUT`) */
  async measure(deadlineAt?: number): Promise<void> {
    const startedMs = performance.now();
    const { rows } = await this.#pool.run({ text: `SELECT ${this.#schema}.now_ms()` }, deadlineAt);
    this.#offsetMs = Number(rows[0]?.[0]) - (startedMs + performance.now()) / 2;
  }

  /** An instant of this process (epoch milliseconds) by the server's clock. */
  toServer(at: number): number {
    const aheadMs = this.#offsetMs + performance.now() - Date.now();
    return Math.round(Math.min(LAST_INSTANT, at + aheadMs));
  }
}
