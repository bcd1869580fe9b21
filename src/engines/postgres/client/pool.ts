import { EngineClosed } from "../../../kernel/errors.ts";
import { isConflict, timedOut, toEngineError } from "../errors.ts";
import type { PostgresSettings } from "../options.ts";
import { type Answer, Connection, type Statement } from "./connection.ts";
import { atDeadline } from "./deadline.ts";

/** The deadline of an operation that brings none of its own. */
export const OPERATION_MS = 10_000;

// A deadlock or a serialization failure rolls one of the two back: the other one is done soon.
const MAX_REPEATS = 10;

interface Waiting {
  /** Its turn has come: a connection is free, or may be opened. */
  serve(): void;
  reject(error: Error): void;
}

/** Asks within a transaction. */
export type Ask = (statement: Statement) => Promise<Answer>;

/**
 * The connections for statements, opened as they are needed. Nothing is kept in a connection between two transactions,
 * so that a pooler in transaction mode may stand before the server.
 */
export class Pool {
  readonly #settings: PostgresSettings;
  readonly #idle: Connection[] = [];
  readonly #open = new Set<Connection>();
  readonly #waiting: Waiting[] = [];
  #opening = 0;
  #closed = true;
  #pending = 0;
  #onIdle: (() => void) | undefined;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  open(): void {
    this.#closed = false;
  }

  /** @throws EngineClosed (`ENGINE_CLOSED`) */
  checkOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  /** One statement, which is a transaction of its own. @throws what `toEngineError` makes of it. */
  run(statement: Statement, deadlineAt: number = Date.now() + OPERATION_MS): Promise<Answer> {
    return this.#use(deadlineAt, (connection) => connection.ask(statement, deadlineAt));
  }

  /** Several statements in one transaction, sent together; the answers in their order. */
  runTogether(statements: readonly Statement[], deadlineAt: number): Promise<readonly Answer[]> {
    return this.#use(deadlineAt, async (connection) => {
      const texts = [{ text: "BEGIN" }, ...statements, { text: "COMMIT" }];
      const answers = await Promise.allSettled(texts.map((statement) => connection.ask(statement, deadlineAt)));
      // The commit's as well: where it has no answer, nobody knows what became of the rest.
      return answers.map(takeAnswer).slice(1, -1);
    });
  }

  /** A transaction in which each statement may depend on the answers before it. */
  transaction<Result>(
    body: (ask: Ask) => Promise<Result>,
    deadlineAt: number = Date.now() + OPERATION_MS,
  ): Promise<Result> {
    return this.#use(deadlineAt, async (connection) => {
      const ask: Ask = (statement) => connection.ask(statement, deadlineAt);
      await ask({ text: "BEGIN" });
      try {
        const result = await body(ask);
        await ask({ text: "COMMIT" });
        return result;
      } catch (error) {
        // Where the connection is lost, so is the transaction.
        if (connection.usable) await ask({ text: "ROLLBACK" }).catch(() => connection.destroy());
        throw error;
      }
    });
  }

  /** Lets what is under way end, for at most so long, and closes every connection. */
  async close(patienceMs: number): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedError());
    if (this.#pending > 0) {
      const isLate = setTimeout(() => this.#destroyAll(), patienceMs);
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      clearTimeout(isLate);
    }
    await Promise.all([...this.#open].map((connection) => connection.close()));
  }

  async #use<Result>(deadlineAt: number, body: (connection: Connection) => Promise<Result>): Promise<Result> {
    this.checkOpen();
    this.#pending += 1;
    try {
      for (let repeats = 0; ; repeats += 1) {
        const connection = await this.#acquire(deadlineAt);
        try {
          return await body(connection);
        } catch (error) {
          if (!isConflict(error) || repeats >= MAX_REPEATS || Date.now() >= deadlineAt) throw error;
        } finally {
          this.#giveBack(connection);
        }
      }
    } catch (error) {
      throw toEngineError(error, this.#settings.place);
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) this.#onIdle?.();
    }
  }

  async #acquire(deadlineAt: number): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.usable) return idle;
    if (this.#open.size + this.#opening < this.#settings.connections) return this.#connect(deadlineAt);
    return this.#wait(deadlineAt);
  }

  #wait(deadlineAt: number): Promise<Connection> {
    const startedMs = performance.now();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        serve: () => {
          clearTimeout(deadline);
          // Whoever connects keeps the deadline from here on, and a connection that comes late goes to the next one.
          this.#acquire(deadlineAt).then(resolve, reject);
        },
        reject: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(timedOut(this.#settings.place, performance.now() - startedMs));
      };
      const deadline = atDeadline(deadlineAt, giveUp);
      this.#waiting.push(waiting);
    });
  }

  async #connect(deadlineAt: number): Promise<Connection> {
    this.#opening += 1;
    const opening = Connection.open(this.#settings.url, this.#settings.place);
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      deadline = atDeadline(deadlineAt, () => resolve(undefined));
    });
    const startedMs = performance.now();
    opening
      .then((connection) => this.#adopt(connection))
      .catch(() => {
        // Told to whoever waits for it, below.
      })
      .finally(() => {
        this.#opening -= 1;
        this.#serveNext();
      });
    try {
      const connection = await Promise.race([opening, late]);
      if (connection !== undefined) return connection;
      // It is of use to the next one.
      opening.then((late) => this.#giveBack(late)).catch(() => {});
      throw timedOut(this.#settings.place, performance.now() - startedMs);
    } finally {
      clearTimeout(deadline);
    }
  }

  #adopt(connection: Connection): void {
    this.#open.add(connection);
    void connection.ended.then(() => {
      this.#open.delete(connection);
      this.#serveNext();
    });
  }

  #giveBack(connection: Connection): void {
    // One that was opened for somebody who gave up may come when all the others are closed.
    if (this.#closed) void connection.close();
    else if (connection.usable) this.#idle.push(connection);
    this.#serveNext();
  }

  /** Whoever waits is given a connection that is free, or a new one where one was lost. */
  #serveNext(): void {
    const next = this.#waiting[0];
    if (next === undefined) return;
    const hasRoom = this.#open.size + this.#opening < this.#settings.connections;
    if (this.#idle.length === 0 && !hasRoom) return;
    this.#waiting.shift();
    next.serve();
  }

  #destroyAll(): void {
    for (const connection of this.#open) connection.destroy();
  }

  #closedError(): EngineClosed {
    return closedError(this.#settings.place);
  }
}

export function closedError(place: string): EngineClosed {
  return new EngineClosed(`The PostgreSQL engine at ${place} is not running: start() was not called, or stop() was.`);
}

/** The error behind "current transaction is aborted" is that of the first statement that failed. */
function takeAnswer(answer: PromiseSettledResult<Answer>): Answer {
  if (answer.status === "rejected") throw answer.reason;
  return answer.value;
}
