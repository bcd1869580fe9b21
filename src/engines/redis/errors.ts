import { tlsTrouble } from "../../engine/index.ts";
import {
  EngineClosed,
  EngineTimeout,
  EngineUnavailable,
  LovageError,
  NotJson,
  StorageFull,
  StorageInvalid,
} from "../../kernel/errors.ts";

const TLS_PARAMETERS = { ca: "ca", certificate: "cert" };

/** Whatever was thrown at the server, as an error of the catalogue. `place` names the server, without its password. */
export function toEngineError(error: unknown, place: string): LovageError {
  if (error instanceof LovageError) return error;
  const trouble = tlsTrouble(error, TLS_PARAMETERS);
  if (trouble !== undefined) return refusedByTls(place, trouble, error);
  const text = textOf(error);
  const options = { cause: error, details: { server: place } };
  switch (replyCodeOf(text)) {
    case "OOM":
      return new StorageFull(
        `Redis at ${place} has used its maxmemory, so nothing was stored. Workers go on; raise maxmemory, or keep fewer finished jobs.`,
        options,
      );
    case "MISCONF":
      return new StorageFull(
        `Redis at ${place} refuses writes, because it cannot save its snapshot to disk (${text}). Mend the disk, or set stop-writes-on-bgsave-error to no.`,
        options,
      );
    case "READONLY":
      return new EngineUnavailable(
        `Redis at ${place} is a read-only replica. After a failover the connection is made anew; otherwise name the master, or its Sentinels.`,
        options,
      );
    case "MOVED":
    case "ASK":
    case "TRYAGAIN":
      return new EngineUnavailable(
        `The slot of this namespace moves to another node of the Cluster at ${place} (${text}). The operation may be repeated.`,
        options,
      );
    case "LOADING":
      return new EngineUnavailable(`Redis at ${place} loads its data; the operation may be repeated.`, options);
    case "NOAUTH":
    case "WRONGPASS":
    case "NOPERM":
      return new EngineUnavailable(`Redis at ${place} refused access: ${text}. Check user, password and ACL.`, options);
    case "WRONGTYPE":
      return new StorageInvalid(
        `A key of this namespace at ${place} holds what Lovage did not store (${text}). Give Lovage a namespace or a database of its own.`,
        options,
      );
    default:
      return new EngineUnavailable(`Redis at ${place} failed: ${text}. The operation may be repeated.`, options);
  }
}

/** A connection that is told so is of no use any more: another server is the master now. */
export function isDemotion(error: unknown): boolean {
  const code = replyCodeOf(textOf(error));
  return code === "READONLY" || code === "MASTERDOWN" || code === "MOVED";
}

export function isMissingScript(error: unknown): boolean {
  return replyCodeOf(textOf(error)) === "NOSCRIPT";
}

export function connectionLost(place: string, cause: unknown): EngineUnavailable {
  return new EngineUnavailable(
    `The connection to Redis at ${place} broke before the answer came. The operation may have taken effect, and may be repeated.`,
    { cause, details: { server: place } },
  );
}

/** Why no connection came about. */
export function toConnectError(error: unknown, place: string): LovageError {
  const isOfNetwork =
    error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code);
  return isOfNetwork ? unreachable(place, error) : toEngineError(error, place);
}

export function unreachable(place: string, cause: unknown): EngineUnavailable {
  const trouble = tlsTrouble(cause, TLS_PARAMETERS);
  if (trouble !== undefined) return refusedByTls(place, trouble, cause);
  const reason = cause === undefined ? "" : ` (${textOf(cause)})`;
  return new EngineUnavailable(
    `Redis at ${place} cannot be reached${reason}. Check that it runs and that the URL names it${tlsHint(cause)}; the connection is tried again and again.`,
    { cause, details: { server: place } },
  );
}

/** Where one side speaks TLS and the other does not, neither is told so: the connection is cut, or nothing comes. */
function tlsHint(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ECONNRESET" || code === "EPIPE")
    return ', with "rediss://" if it speaks TLS, and with cert and key if it wants a certificate of its clients';
  return code === "ETIMEDOUT" ? ', with "rediss://" only if it speaks TLS' : "";
}

function refusedByTls(place: string, trouble: string, cause: unknown): EngineUnavailable {
  return new EngineUnavailable(`Redis at ${place} ${trouble}`, { cause, details: { server: place } });
}

export function noAnswer(place: string): EngineTimeout {
  return new EngineTimeout(
    `Redis at ${place} did not answer within the operation's deadline. The operation may still take effect.`,
    { details: { server: place } },
  );
}

export function notReplicated(place: string, waitedMs: number): EngineUnavailable {
  return new EngineUnavailable(
    `No replica of Redis at ${place} confirmed within ${waitedMs} ms what the master has stored, and durability is "replicated". See that a replica follows; the operation may be repeated.`,
    { details: { server: place, waitedMs } },
  );
}

export function closed(place: string): EngineClosed {
  return new EngineClosed(`The Redis engine on ${place} is not running: start() was not called, or stop() was.`);
}

/** Text that UTF-8 cannot hold: Redis would store something else without a word. */
export function illFormed(what: string): NotJson {
  return new NotJson(
    `${what} holds a lone surrogate (half of a UTF-16 pair), which UTF-8 cannot store. JSON.stringify escapes them; call toWellFormed() on other text.`,
  );
}

/** The first word of an error reply, also of one that a script passed on. */
function replyCodeOf(text: string): string {
  const code = /^-?([A-Z]+) /.exec(text)?.[1] ?? "";
  if (code !== "ERR" && code !== "") return code;
  if (text.includes("The user executing the script can't")) return "NOPERM";
  return /\b(OOM|READONLY|WRONGTYPE|MISCONF|LOADING) /.exec(text)?.[1] ?? code;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection is an AggregateError without a message.
  const first = "errors" in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return error.message === "" && first !== undefined ? String(first) : error.message;
}
