import type { PushReply, PushRequest } from "../../../engine/index.ts";
import { LovageError, TransactionUnsupported } from "../../../kernel/errors.ts";
import { toEngineError } from "../errors.ts";
import type { PostgresSettings } from "../options.ts";
import { recogniseTransaction } from "./caller-transaction.ts";
import type { Lanes } from "./lanes.ts";
import { carefulReply, checkRequest, documentWithin, refused } from "./push.ts";

/**
 * Pushes through the caller's connection. The wake-up is part of the transaction, so it is sent when that commits.
 * @throws TransactionUnsupported (`TRANSACTION_UNSUPPORTED`), and what the server says, as an error of the catalogue.
 */
export async function pushWithin(
  transaction: unknown,
  request: PushRequest,
  { settings, lanes }: { readonly settings: PostgresSettings; readonly lanes: Lanes },
): Promise<PushReply> {
  const ask = recogniseTransaction(transaction);
  const checked = checkRequest(request);
  if (checked instanceof LovageError) return refused(checked);
  if (checked.jobs.length === 0) return { status: "stored", jobs: [] };
  // Over the engine's own connections: a new lane that waits for the caller's commit would hold up everyone else.
  await lanes.know(request.jobs, request.deadlineAt);
  const { schema, place } = settings;
  let rows: readonly unknown[];
  try {
    rows = await ask(`${schema}.push_within`, documentWithin(checked, lanes));
  } catch (error) {
    throw toEngineError(error, place);
  }
  return carefulReply(checked, answerOf(rows[0]));
}

function answerOf(row: unknown): string {
  if (typeof row === "object" && row !== null && "answer" in row) return String(row.answer);
  throw new TransactionUnsupported(
    "tx did not answer as a transaction does: each row must be an object by the names of its columns.",
  );
}
