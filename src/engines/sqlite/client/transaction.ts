import { existsSync, realpathSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { PushReply, PushRequest } from "../../../engine/index.ts";
import { TransactionUnsupported } from "../../../kernel/errors.ts";
import { Statements } from "../database/statements.ts";
import { toEngineError } from "../errors.ts";
import { push } from "../jobs/push.ts";
import { decodePushReply, encodePush } from "../jobs/push-wire.ts";
import type { SqliteSettings } from "../options.ts";
import { type Committed, Work } from "../work.ts";

/** What a push inside a caller's transaction answers at once, and what will be true when that commits. */
export interface PushedWithin {
  readonly reply: PushReply;
  readonly committed: Committed;
}

// Preparing the statements takes longer than a push: they are kept for as long as the caller keeps the connection.
const statementsByDatabase = new WeakMap<DatabaseSync, Map<string, Statements>>();

/** @throws TransactionUnsupported (`TRANSACTION_UNSUPPORTED`) */
export function pushWithin(transaction: unknown, request: PushRequest, settings: SqliteSettings): PushedWithin {
  const database = checkTransaction(transaction, settings.path);
  // What the caller's transaction has done so far is known to no other connection, so nothing is remembered.
  const work = new Work(database, statementsOf(database, settings.namespace));
  try {
    return wholly(database, () => {
      work.begin({ recordChanges: true });
      const [reply] = decodePushReply([request], push(work, encodePush([request])));
      const committed = work.flush();
      if (reply === undefined) throw new RangeError("A push of one request has no reply.");
      return { reply, committed };
    });
  } catch (error) {
    throw toEngineError(error, settings.path);
  }
}

/** The caller may commit although the push failed: nothing of it, a job without its counter least of all, may be left. */
function wholly<Result>(database: DatabaseSync, write: () => Result): Result {
  database.exec("SAVEPOINT lovage_push");
  try {
    const result = write();
    database.exec("RELEASE lovage_push");
    return result;
  } catch (error) {
    // SQLite may have rolled back the caller's transaction by itself, as it does when the disk is full.
    if (database.isTransaction) database.exec("ROLLBACK TO lovage_push; RELEASE lovage_push");
    throw error;
  }
}

function checkTransaction(transaction: unknown, path: string): DatabaseSync {
  if (!(transaction instanceof DatabaseSync))
    throw unsupported(
      "tx is not a DatabaseSync of node:sqlite. Another SQLite library in this process loses committed rows, because " +
        "POSIX drops the locks of a whole process when either library closes the file; with such a library, insert " +
        "the call into a table of your own in the transaction and let a worker push it",
    );
  if (!transaction.isOpen) throw unsupported("tx is closed");
  if (!transaction.isTransaction) throw unsupported('no transaction is open on tx: call database.exec("BEGIN") first');
  const location = transaction.location();
  if (location === null || !isSameFile(location, path))
    throw unsupported(`tx is open on ${location ?? "a database in memory"}, not on ${path}, where the jobs are`);
  return transaction;
}

function isSameFile(location: string, path: string): boolean {
  // The file of an open connection may have been deleted; it is the engine's in no case then.
  return existsSync(location) && existsSync(path) && realpathSync(location) === realpathSync(path);
}

function unsupported(reason: string): TransactionUnsupported {
  return new TransactionUnsupported(`The job was not pushed: ${reason}.`);
}

function statementsOf(database: DatabaseSync, namespace: string): Statements {
  const byNamespace = statementsByDatabase.get(database) ?? new Map<string, Statements>();
  statementsByDatabase.set(database, byNamespace);
  const statements = byNamespace.get(namespace) ?? new Statements(database, namespace);
  byNamespace.set(namespace, statements);
  return statements;
}
