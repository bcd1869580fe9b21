import { tlsTrouble } from "../../engine/index.ts";
import {
  EngineTimeout,
  EngineUnavailable,
  LovageError,
  NotJson,
  OptionsInvalid,
  StorageFull,
  StorageInvalid,
  TooLarge,
} from "../../kernel/errors.ts";

// SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). Those that begin with LV are raised by the
// engine's own functions.
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
const DISK_FULL = "53100";
const QUERY_CANCELED = "57014";
const LOCK_NOT_AVAILABLE = "55P03";
const READ_ONLY = "25006";
const INSUFFICIENT_PRIVILEGE = "42501";
const PROGRAM_LIMIT_EXCEEDED = "54000";
const NO_DATABASE = "3D000";
const MISSING: readonly string[] = ["3F000", "42P01", "42883"];
const UNTRANSLATABLE: readonly string[] = ["22021", "22P05"];
const CORRUPT: readonly string[] = ["XX001", "XX002"];
const AUTHORIZATION_CLASS = "28";
const CONSTRAINT_CLASS = "23";
/** A push came to the server after its deadline. */
export const PAST_DEADLINE = "LV001";

/** Another transaction was in the way, and this one was rolled back: worth another try at once. */
export function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK;
}

export function isPastDeadline(error: unknown): boolean {
  return sqlStateOf(error) === PAST_DEADLINE;
}

/** Whatever came from the server or the way to it, as an error of the catalogue. `place` is named in the message. */
export function toEngineError(error: unknown, place: string): LovageError {
  if (error instanceof LovageError) return error;
  const state = sqlStateOf(error);
  return state === undefined ? lost(error, place) : fromSqlState(state, error, place);
}

/** As {@link toEngineError}, of a connection that was never made: nothing can have been stored over it. */
export function toConnectError(error: unknown, place: string): LovageError {
  if (error instanceof LovageError || isServers(error)) return toEngineError(error, place);
  const options = { cause: error, details: { place } };
  if (isUnreadableFile(error))
    return new OptionsInvalid(
      `A file that the URL names cannot be read (${textOf(error)}). Correct sslrootcert, sslcert or sslkey, or let this user read it.`,
      options,
    );
  if (isWithoutPassword(error)) return refused(textOf(error), place, options);
  const trouble = tlsTrouble(error, { ca: "sslrootcert", certificate: "sslcert and sslkey" }) ?? withoutTls(error);
  if (trouble !== undefined) return new EngineUnavailable(`PostgreSQL at ${place} ${trouble}`, options);
  return new EngineUnavailable(
    `PostgreSQL at ${place} cannot be reached: ${textOf(error)}. Look whether it runs, and listens there; the operation may be repeated.`,
    options,
  );
}

function refused(
  text: string,
  place: string,
  options: { cause: unknown; details: Record<string, unknown> },
): EngineUnavailable {
  const tls = text.includes("no encryption") ? '; where it demands TLS, add "sslmode=verify-full" to the URL' : "";
  return new EngineUnavailable(
    `PostgreSQL at ${place} refused access (${text}). Check user and password, and pg_hba.conf of the server${tls}.`,
    options,
  );
}

/** The server asks for one and the URL has none: the library does not send anything then. */
function isWithoutPassword(error: unknown): boolean {
  return textOf(error).includes("password must be a");
}

/** The library reads the files of TLS while it reads the URL. A connection that is lost fails by a `read` as well. */
function isUnreadableFile(error: unknown): boolean {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return false;
  return error.syscall === "open" || (error.syscall === "read" && error.code === "EISDIR");
}

function withoutTls(error: unknown): string | undefined {
  if (!textOf(error).includes("does not support SSL")) return undefined;
  return `does not speak TLS (${textOf(error)}). Set "ssl = on" in its configuration, or leave sslmode out of the URL.`;
}

function fromSqlState(state: string, cause: unknown, place: string): LovageError {
  const options = { cause, details: { place, sqlState: state } };
  const text = textOf(cause);
  if (state === PAST_DEADLINE)
    return new EngineTimeout(
      `The deadline had passed when PostgreSQL at ${place} came to it. Nothing was stored.`,
      options,
    );
  if (state === DISK_FULL)
    return new StorageFull(
      `PostgreSQL at ${place} has no room left (${text}), so nothing was stored. Make room.`,
      options,
    );
  if (state === QUERY_CANCELED || state === LOCK_NOT_AVAILABLE)
    return new EngineTimeout(
      `PostgreSQL at ${place} gave the operation up (${text}), so nothing was stored. Look for a statement_timeout, a long lock, or an overloaded server.`,
      options,
    );
  if (state === READ_ONLY)
    return new StorageInvalid(
      `PostgreSQL at ${place} is read-only (${text}). Lovage needs the primary server, and a role that may write.`,
      options,
    );
  if (state === INSUFFICIENT_PRIVILEGE)
    return new StorageInvalid(
      `The role of this process may not do what Lovage needs at ${place} (${text}). Grant it what docs/engines/postgres.md lists.`,
      options,
    );
  if (state.startsWith(AUTHORIZATION_CLASS)) return refused(text, place, options);
  if (state === NO_DATABASE)
    return new StorageInvalid(
      `The database that the URL names does not exist at ${place} (${text}). Create it, or correct the URL.`,
      options,
    );
  if (MISSING.includes(state))
    return new StorageInvalid(
      `What Lovage made at ${place} is not there any more (${text}). Run "lovage migrate", or restore the schema.`,
      options,
    );
  if (UNTRANSLATABLE.includes(state))
    return new NotJson(`PostgreSQL cannot store a text (${text}): ids, names and headers hold no U+0000.`, options);
  if (state === PROGRAM_LIMIT_EXCEEDED)
    return new TooLarge(`A value is larger than PostgreSQL takes (${text}). Store it elsewhere.`, options);
  if (CORRUPT.includes(state))
    return new StorageInvalid(`The data of PostgreSQL at ${place} are damaged (${text}). Restore a backup.`, options);
  if (state.startsWith(CONSTRAINT_CLASS))
    return new StorageInvalid(`The tables at ${place} hold what Lovage never writes (${text}).`, options);
  return new EngineUnavailable(`PostgreSQL at ${place} refused an operation (${text}). It may be repeated.`, options);
}

function lost(cause: unknown, place: string): EngineUnavailable {
  return new EngineUnavailable(
    `The connection to PostgreSQL at ${place} was lost: ${textOf(cause)}. What was under way may have been stored; it may be repeated.`,
    { cause, details: { place } },
  );
}

export function timedOut(place: string, waitedMs: number): EngineTimeout {
  return new EngineTimeout(
    `PostgreSQL at ${place} did not answer within ${Math.round(waitedMs)} ms. The operation may still take effect.`,
    { details: { place } },
  );
}

/** Text that PostgreSQL cannot hold, told before it is sent, so that it fails alone. */
export function illFormed(what: string): NotJson {
  return new NotJson(
    `${what} holds a lone surrogate (half of a UTF-16 pair) or U+0000, which PostgreSQL cannot store. JSON.stringify escapes them; call toWellFormed() on other text.`,
  );
}

/** Whether the server said it, and not the network. */
export function isServers(error: unknown): boolean {
  return sqlStateOf(error) !== undefined;
}

function sqlStateOf(error: unknown): string | undefined {
  // Errors of the network have codes as well, but no severity.
  const isServers = error instanceof Error && "code" in error && "severity" in error;
  return isServers ? String(error.code) : undefined;
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(textOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
