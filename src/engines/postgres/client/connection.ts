import { timedOut, toConnectError } from "../errors.ts";
import { atDeadline } from "./deadline.ts";
import { loadPg, type PgClient, type PgOptions, type PgResult, type Row } from "./library.ts";

/** A statement with its parameters, numbered from $1. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

export interface Answer {
  readonly rows: readonly Row[];
  readonly rowCount: number;
}

// Values stay as the server writes them: who asks knows the types.
const asText = (value: string): string => value;
const types = { getTypeParser: () => asText };

/** A server that is there answers in milliseconds; one that is being restarted is asked again soon. */
export const CONNECT_MS = 5_000;

// Nothing is lost where nobody answers the good-bye: no statement is under way any more.
const FAREWELL_MS = 1_000;

/**
 * One connection. Statements that are given while others are under way are sent at once and carried out in their order.
 * It keeps the process alive only while a statement is under way. Each has a deadline, at which the connection is given
 * up: what hangs once cannot be told from what hangs for ever.
 */
export class Connection {
  readonly #client: PgClient;
  readonly #place: string;
  readonly #ended: Promise<void>;
  #pending = 0;
  #closing: Promise<void> | undefined;
  #failure: Error | undefined;

  /** @throws EngineUnavailable (`ENGINE_UNAVAILABLE`), EngineUnknown (`ENGINE_UNKNOWN`), StorageInvalid (`STORAGE_INVALID`) */
  static async open(url: string, place: string): Promise<Connection> {
    const Client = await loadPg();
    const options: PgOptions = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: "lovage",
      keepAlive: true,
      pipeline: true,
    };
    try {
      const connection = new Connection(new Client(options), place);
      await connection.#client.connect();
      connection.#client.unref();
      return connection;
    } catch (error) {
      throw toConnectError(error, place);
    }
  }

  private constructor(client: PgClient, place: string) {
    this.#client = client;
    this.#place = place;
    this.#ended = new Promise((resolve) => {
      client.on("end", () => {
        this.#failure ??= new Error("the connection has ended");
        resolve();
      });
    });
    client.on("error", (error) => {
      this.#failure ??= error;
    });
  }

  get usable(): boolean {
    return this.#failure === undefined;
  }

  /** Resolves when the connection is gone, for whatever reason. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  onNotification(listener: (channel: string, payload: string) => void): void {
    this.#client.on("notification", ({ channel, payload = "" }) => listener(channel, payload));
  }

  /** Rejects with what the server or the network said, or with EngineTimeout (`ENGINE_TIMEOUT`). */
  async ask({ text, values }: Statement, deadlineAt: number): Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#hold();
    const startedMs = performance.now();
    let deadline: NodeJS.Timeout | undefined;
    try {
      const query = { text, rowMode: "array", types, ...(values === undefined ? {} : { values }) } as const;
      const late = new Promise<never>((_, reject) => {
        const giveUp = (): void => {
          reject(timedOut(this.#place, performance.now() - startedMs));
          this.destroy();
        };
        deadline = atDeadline(deadlineAt, giveUp);
      });
      const result = await Promise.race([this.#client.query(query), late]);
      const last = lastOf(result);
      return { rows: last.rows, rowCount: last.rowCount ?? 0 };
    } finally {
      clearTimeout(deadline);
      this.#release();
    }
  }

  /** Says good-bye, and waits until the connection is gone; one that hangs is ended after a second. */
  close(): Promise<void> {
    this.#closing ??= this.#sayGoodbye();
    return this.#closing;
  }

  /** Ends it at once. Statements under way are rejected; the server may carry them out all the same. */
  destroy(): void {
    this.#failure ??= new Error("the connection was given up");
    this.#client.connection.stream.destroy();
  }

  async #sayGoodbye(): Promise<void> {
    const late = setTimeout(() => this.destroy(), FAREWELL_MS);
    if (this.#failure === undefined) {
      this.#client.ref();
      void this.#client.end();
    }
    await this.#ended;
    clearTimeout(late);
  }

  #hold(): void {
    this.#pending += 1;
    if (this.#pending === 1) this.#client.ref();
  }

  #release(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#client.unref();
  }
}

/** A text of several statements has a result for each. */
function lastOf(result: PgResult | readonly PgResult[]): PgResult {
  if ("rows" in result) return result;
  return result.at(-1) ?? { rows: [], rowCount: 0 };
}
