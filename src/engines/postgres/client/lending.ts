import { toConnectError } from "../errors.ts";
import type { PostgresSettings } from "../options.ts";
import { CONNECT_MS } from "./connection.ts";
import { loadPool, type PgPool, type PgPoolClient } from "./library.ts";

/** A connection lent to a handler, for one transaction. */
export interface Loan {
  readonly client: PgPoolClient;
  /** Gives it back for the next one; `broken` ends it instead. Nothing happens the second time. */
  end(broken: boolean): void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Connections for the transactions of handlers, apart from the engine's own: a handler may keep one for as long as its job
 * runs, and the engine must answer meanwhile. As many at once as the engine has for itself; those that are not used for
 * 10 s are closed.
 */
export class Lending {
  readonly #settings: PostgresSettings;
  readonly #loans = new Set<Loan>();
  readonly #waiting = new Set<Waiting>();
  #lent = 0;
  #pool: Promise<PgPool> | undefined;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  /** Waits for a free one until the signal aborts, and rejects with its reason then, or with what `toConnectError` makes of a failure. */
  async lend(signal: AbortSignal): Promise<Loan> {
    await this.#takeTurn(signal);
    try {
      this.#pool ??= this.#open();
      const client = await (await this.#pool).connect();
      return this.#lendOut(client);
    } catch (error) {
      this.#endTurn();
      throw toConnectError(error, this.#settings.place);
    }
  }

  /** Ends every loan, and closes the connections. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    for (const loan of [...this.#loans]) loan.end(true);
    await (await pool)?.end();
  }

  #lendOut(client: PgPoolClient): Loan {
    const release = client.release.bind(client);
    let isOver = false;
    // An error event without a listener ends the process. The statement under way, or the next one, rejects as well.
    const ignore = (): void => {};
    client.on("error", ignore);
    // A handler that gave it back would have its transaction go on in the hands of another one.
    client.release = () => {};
    const loan: Loan = {
      client,
      end: (broken) => {
        if (isOver) return;
        isOver = true;
        this.#loans.delete(loan);
        if (broken) client.connection.stream.destroy();
        else client.off("error", ignore);
        release(broken);
        this.#endTurn();
      },
    };
    this.#loans.add(loan);
    return loan;
  }

  async #open(): Promise<PgPool> {
    const Pool = await loadPool();
    const pool = new Pool({
      connectionString: this.#settings.url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: "lovage",
      keepAlive: true,
      max: this.#settings.connections,
      allowExitOnIdle: true,
    });
    // An idle connection was lost; the pool forgets it by itself.
    pool.on("error", () => {});
    return pool;
  }

  async #takeTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#lent < this.#settings.connections) {
      this.#lent += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { resolve, reject };
    const giveUp = (): void => {
      if (this.#waiting.delete(waiting)) reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** The turn goes to whoever has waited longest. */
  #endTurn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#lent -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.resolve();
  }
}
