import type { CompletionReply, CompletionRequest } from "../../../engine/index.ts";
import { LovageError, TransactionUnsupported } from "../../../kernel/errors.ts";
import type { ClaimReference, Outcome, SettlementReply } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Answer, Statement } from "../client/connection.ts";
import { Lending, type Loan } from "../client/lending.ts";
import type { PgPoolClient } from "../client/library.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { isServers, toEngineError } from "../errors.ts";
import type { PostgresSettings } from "../options.ts";
import { checkSettlement, refusedSettlement, settle, toStanding } from "./settlements.ts";

const MAX_LIMIT_MS = 2 ** 31 - 1;

const asText = (value: string): string => value;
const types = { getTypeParser: () => asText };

/** The transaction as the server knows it. */
interface Held {
  readonly processId: string;
  readonly transactionId: string;
}

/** Ends claims within transactions of their handlers' writes. */
export class Completions {
  readonly #settings: PostgresSettings;
  readonly #pool: Pool;
  readonly #lending: Lending;

  constructor(settings: PostgresSettings, pool: Pool) {
    this.#settings = settings;
    this.#pool = pool;
    this.#lending = new Lending(settings);
  }

  /** Rolls back what is open, and closes the connections. */
  close(): Promise<void> {
    return this.#lending.close();
  }

  /** @throws what `toEngineError` makes of what happens before `body` is called. */
  async complete(request: CompletionRequest): Promise<CompletionReply> {
    this.#pool.checkOpen();
    try {
      const loan = await this.#lending.lend(request.signal);
      return await this.#within(loan, request);
    } catch (error) {
      throw toEngineError(error, this.#settings.place);
    }
  }

  async #within(loan: Loan, request: CompletionRequest): Promise<CompletionReply> {
    const { signal } = request;
    let held: Held | undefined;
    const giveUp = (): void => {
      loan.end(true);
      if (held !== undefined) this.#endOnServer(held);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      signal.throwIfAborted();
      await loan.client.query("BEGIN");
      held = await this.#hold(loan.client, request);
      const reply = held === undefined ? STALE : await this.#carryOut(loan.client, request, held);
      if (reply.status !== "applied") await rollBack(loan);
      return reply;
    } catch (error) {
      await rollBack(loan);
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
      loan.end(false);
    }
  }

  async #hold(client: PgPoolClient, { claim, limitMs }: CompletionRequest): Promise<Held | undefined> {
    const limit = String(Math.min(MAX_LIMIT_MS, Math.max(1, Math.round(limitMs))));
    const text = readSql("completion/hold", this.#settings.schema);
    const { rows } = await ask(client, { text, values: [claim.id, claim.fence, limit] });
    const [processId, transactionId] = rows[0] ?? [];
    if (processId == null || transactionId == null) return undefined;
    return { processId, transactionId };
  }

  /** Lets the handler write, and settles and commits what it wrote. */
  async #carryOut(client: PgPoolClient, { claim, body }: CompletionRequest, held: Held): Promise<CompletionReply> {
    try {
      const outcome = await body(client);
      await this.#checkOpen(client, held);
      const reply = await this.#settle(client, claim, outcome);
      if (reply.status !== "applied") return reply;
    } catch (cause) {
      return { status: "rolledBack", cause };
    }
    return this.#commit(client, claim);
  }

  async #checkOpen(client: PgPoolClient, { transactionId }: Held): Promise<void> {
    const text = readSql("completion/still-open", this.#settings.schema);
    const { rows } = await ask(client, { text, values: [transactionId] });
    if (rows[0]?.[0] === "t") return;
    throw new TransactionUnsupported(
      "The body of ctx.transaction() ended the transaction itself, by COMMIT or ROLLBACK, so the job was not settled with its writes. Leave both to ctx.transaction(): it commits when the body returns, and rolls back when it throws.",
    );
  }

  async #settle(client: PgPoolClient, claim: ClaimReference, outcome: Outcome): Promise<SettlementReply> {
    const checked = checkSettlement({ ...claim, outcome, effects: [] }, 0);
    if (checked instanceof LovageError) return refusedSettlement(checked);
    const replies = await settle([checked], this.#settings.schema, (statement) => ask(client, statement));
    return replies.get(0) ?? STALE;
  }

  async #commit(client: PgPoolClient, claim: ClaimReference): Promise<CompletionReply> {
    try {
      await client.query("COMMIT");
      return APPLIED;
    } catch (cause) {
      // A deferred constraint, say. Where the server said nothing, the commit may have been carried out.
      return isServers(cause) ? { status: "rolledBack", cause } : this.#findOut(claim, cause);
    }
  }

  async #findOut({ id, fence }: ClaimReference, cause: unknown): Promise<CompletionReply> {
    const { schema, place } = this.#settings;
    await this.#pool.run({ text: readSql("completion/wait-for-commit", schema), values: [id] });
    const { rows } = await this.#pool.run({ text: readSql("jobs/standing", schema), values: [texts([id])] });
    const standing = rows.map(toStanding)[0];
    if (standing?.state === "succeeded" && standing.fence === fence) return APPLIED;
    return { status: "rolledBack", cause: toEngineError(cause, place) };
  }

  /** A statement that runs would otherwise keep its locks, the claim's among them, until it is done. */
  #endOnServer({ processId, transactionId }: Held): void {
    const text = readSql("completion/end-transaction", this.#settings.schema);
    // Where the server cannot be told, it ends the transaction when it finds the connection gone, or by the limit.
    this.#pool.run({ text, values: [processId, transactionId] }).catch(() => {});
  }
}

const STALE: CompletionReply & SettlementReply = { status: "stale" };
const APPLIED: CompletionReply = { status: "applied", state: "succeeded" };

async function ask(client: PgPoolClient, { text, values = [] }: Statement): Promise<Answer> {
  const { rows, rowCount } = await client.query({ text, values, rowMode: "array", types });
  return { rows, rowCount: rowCount ?? 0 };
}

async function rollBack(loan: Loan): Promise<void> {
  // A connection that cannot roll back ends, and the transaction with it.
  await loan.client.query("ROLLBACK").catch(() => loan.end(true));
}
