import { TransactionUnsupported } from "../../../kernel/errors.ts";

/** Asks `SELECT <call>('<text>')` within the caller's transaction; the rows as objects by the names of their columns. */
export type AskCaller = (call: string, text: string) => Promise<readonly unknown[]>;

/**
 * An open transaction of the caller's, for libraries that the engine does not know: whatever runs one statement in it. A
 * `Client` or `PoolClient` of `pg` is one as it stands.
 *
 * @example
 * const tx: PostgresTransaction = { query: (text, values) => entityManager.query(text, values) };
 */
export interface PostgresTransaction {
  /** Parameters are numbered from $1. Rows are objects by the names of the columns, in an array or as `rows` of a result. */
  query(text: string, values: unknown[]): Promise<readonly unknown[] | { readonly rows: readonly unknown[] }>;
}

/**
 * How the engine asks within a transaction, whichever library it comes from. Each is known by the members that its
 * documentation names, so that `{ tx }` is all a caller writes, and none of them has to be installed.
 * @throws TransactionUnsupported (`TRANSACTION_UNSUPPORTED`)
 */
export function recogniseTransaction(given: unknown): AskCaller {
  if ((typeof given === "object" && given !== null) || typeof given === "function")
    for (const recognise of [prisma, knex, kysely, drizzle, pg]) {
      const ask = recognise(given);
      if (ask !== undefined) return ask;
    }
  throw new TransactionUnsupported(
    "The job was not pushed: tx is not a transaction of PostgreSQL. Pass the client of pg in which BEGIN was called, or the transaction that Drizzle, Prisma, Kysely or Knex hands to your callback.",
  );
}

/** `prisma.$transaction(async (tx) => …)`: https://www.prisma.io/docs/orm/prisma-client/queries/transactions */
function prisma(given: object): AskCaller | undefined {
  const query = method(given, "$queryRawUnsafe");
  if (query === undefined) return undefined;
  if (method(given, "$connect") !== undefined)
    throw outside("the client of Prisma", "prisma.$transaction(async (tx) => …)");
  return async (call, text) => rowsOf(await query(`SELECT ${call}($1) AS answer`, text));
}

/** `knex.transaction(async (trx) => …)`: https://knexjs.org/guide/transactions.html */
function knex(given: object): AskCaller | undefined {
  const raw = method(given, "raw");
  if (raw === undefined || !("isTransaction" in given)) return undefined;
  if (given.isTransaction !== true) throw outside("Knex itself", "knex.transaction(async (trx) => …)");
  return async (call, text) => rowsOf(await raw(`SELECT ${call}(?) AS answer`, [text]));
}

/** `db.transaction().execute(async (trx) => …)`: https://kysely.dev/docs/recipes/transactions */
function kysely(given: object): AskCaller | undefined {
  const execute = method(given, "executeQuery");
  if (execute === undefined || !("isTransaction" in given)) return undefined;
  if (given.isTransaction !== true) throw outside("Kysely itself", "db.transaction().execute(async (trx) => …)");
  return async (call, text) => rowsOf(await execute(compiled(`SELECT ${call}($1) AS answer`, text)));
}

/** What Kysely's `CompiledQuery.raw(sql, [parameter])` makes. */
function compiled(sql: string, parameter: string): object {
  const query = { kind: "RawNode", sqlFragments: [sql], parameters: [] };
  return { sql, query, queryId: { queryId: "lovage" }, parameters: [parameter] };
}

/** `db.transaction(async (tx) => …)`: https://orm.drizzle.team/docs/transactions. Only its transactions have `rollback`. */
function drizzle(given: object): AskCaller | undefined {
  const execute = method(given, "execute");
  if (execute === undefined || method(given, "transaction") === undefined) return undefined;
  if (method(given, "rollback") === undefined) throw outside("Drizzle's db itself", "db.transaction(async (tx) => …)");
  // Its parameters are objects of its own modules; a text it sends as it is, whatever driver is below it.
  return async (call, text) => rowsOf(await execute(`SELECT ${call}(${literal(text)}) AS answer`));
}

function pg(given: object): AskCaller | undefined {
  const query = method(given, "query");
  if (query === undefined) return undefined;
  if ("totalCount" in given) throw outside("a pool of pg", "const client = await pool.connect(), then BEGIN");
  return async (call, text) => rowsOf(await query(`SELECT ${call}($1) AS answer`, [text]));
}

function method(given: object, name: string): ((...args: readonly unknown[]) => unknown) | undefined {
  const member: unknown = Reflect.get(given, name);
  return typeof member === "function" ? (...args) => Reflect.apply(member, given, args) : undefined;
}

function rowsOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  if (typeof reply === "object" && reply !== null && "rows" in reply && Array.isArray(reply.rows)) return reply.rows;
  throw new TransactionUnsupported(
    "tx did not answer as a transaction does: its query(text, values) must resolve with the rows, or with { rows }, each an object by the names of its columns.",
  );
}

/**
 * A text in SQL: quotes are doubled, and backslashes mean themselves only where the string says how it is written.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function outside(what: string, inside: string): TransactionUnsupported {
  return new TransactionUnsupported(
    `The job was not pushed: tx is ${what}, not a transaction of it, so nothing would hold the job back until a commit. Pass what is yours within ${inside}.`,
  );
}
