import { existsSync, statfsSync, statSync } from "node:fs";
import type { HealthFinding } from "../../../engine/index.ts";
import type { Connection } from "../database/connection.ts";
import { readNumber, readText } from "../database/row.ts";
import { SCHEMA_VERSION, schemaVersion } from "../database/schema.ts";
import type { SqliteSettings } from "../options.ts";

// f_type of file systems on a network, where SQLite's locks and shared memory do not hold (statfs(2)).
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x517b, "SMB"],
  [0x01021997, "9p"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x65735546, "FUSE"],
]);

// A full check reads the whole file; by 100 problems the answer is clear.
const MAX_PROBLEMS = 100;

/** What a look at the file finds. Reads the whole database: seconds for gigabytes, without holding anyone up. */
export function diagnose(connection: Connection, settings: SqliteSettings): readonly HealthFinding[] {
  return [
    fileFinding(connection),
    journalFinding(connection),
    durabilityFinding(settings),
    schemaFinding(connection),
    freePagesFinding(connection),
    ...(existsSync(connection.path) ? placeFindings(connection.path) : []),
    integrityFinding(connection),
    straysFinding(connection),
    countersFinding(connection),
  ];
}

function fileFinding(connection: Connection): HealthFinding {
  try {
    connection.checkFile();
    return { check: "file", ok: true, detail: connection.path };
  } catch (error) {
    return { check: "file", ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function journalFinding(connection: Connection): HealthFinding {
  const mode = String(pragma(connection, "journal_mode")[0]);
  const advice = "another program has switched it back; the engine switches it at its next start";
  return { check: "journal", ok: mode === "wal", detail: mode === "wal" ? "wal" : `${mode}, not wal: ${advice}` };
}

function durabilityFinding({ durability }: SqliteSettings): HealthFinding {
  const detail = durability === "full" ? "full: survives a power cut" : "normal: a power cut may take the last commits";
  return { check: "durability", ok: true, detail };
}

function schemaFinding(connection: Connection): HealthFinding {
  const version = schemaVersion(connection.statements);
  const isCurrent = version === SCHEMA_VERSION;
  return {
    check: "schema",
    ok: version >= SCHEMA_VERSION,
    detail: isCurrent ? `${version}` : `${version}, this code has ${SCHEMA_VERSION}`,
  };
}

function freePagesFinding(connection: Connection): HealthFinding {
  const pages = Number(pragma(connection, "page_count")[0]);
  const free = Number(pragma(connection, "freelist_count")[0]);
  const bytes = Number(pragma(connection, "page_size")[0]);
  const detail = `${free} of ${pages} pages of ${bytes} bytes are free, and will be used again`;
  return { check: "free pages", ok: true, detail };
}

/** Of a file that is there: about one that was deleted, the first finding says all there is to say. */
function placeFindings(path: string): readonly HealthFinding[] {
  return [fileSystemFinding(path), namesFinding(path)];
}

function fileSystemFinding(path: string): HealthFinding {
  const network = NETWORK_FILE_SYSTEMS.get(statfsSync(path).type);
  if (network === undefined) return { check: "file system", ok: true, detail: "local" };
  const detail = `${network}: SQLite's locks are not safe on a network file system; move the file to a local disk`;
  return { check: "file system", ok: false, detail };
}

// SQLite names its -wal and -shm files after the database: under two names it has two of each, and processes that came by
// different names write past each other (https://sqlite.org/howtocorrupt.html).
function namesFinding(path: string): HealthFinding {
  const names = statSync(path).nlink;
  if (names <= 1) return { check: "names", ok: true, detail: "one" };
  const detail = `the file has ${names} names by hard links: processes that open it by different ones damage it; keep one name, or make the others symbolic links`;
  return { check: "names", ok: false, detail };
}

function integrityFinding(connection: Connection): HealthFinding {
  const problems = pragma(connection, `quick_check(${MAX_PROBLEMS})`).map(String);
  const ok = problems.length === 1 && problems[0] === "ok";
  return { check: "integrity", ok, detail: problems.join("; ") };
}

function straysFinding(connection: Connection): HealthFinding {
  const row = connection.statements.named("maintenance/stray-jobs").get();
  const strays = row === undefined ? 0 : readNumber(row, 0);
  if (row === undefined || strays === 0) return { check: "stray jobs", ok: true, detail: "none" };
  const detail = `${strays} belong to no queue and never run, the first is ${readText(row, 1)}: rows were changed by hand; remove them, and push them again`;
  return { check: "stray jobs", ok: false, detail };
}

function countersFinding(connection: Connection): HealthFinding {
  const row = connection.statements.named("maintenance/miscounted-lanes").get();
  const wrong = row === undefined ? 0 : readNumber(row, 0);
  const detail = `wrong for ${wrong} tasks of queues, whose jobs may wait for ever: rows were changed by hand; \`lovage migrate\` counts them anew`;
  return { check: "counters", ok: wrong === 0, detail: wrong === 0 ? "right" : detail };
}

function pragma(connection: Connection, text: string): readonly unknown[] {
  return connection.database
    .prepare(`PRAGMA ${text}`)
    .all()
    .map((row) => Object.values(row)[0]);
}
