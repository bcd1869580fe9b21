import type { HealthFinding } from "../../../engine/index.ts";
import type { Row } from "../client/library.ts";
import type { Pool } from "../client/pool.ts";
import { SCHEMA_VERSION } from "../database/schema.ts";
import { readSql } from "../database/texts.ts";
import type { PostgresSettings } from "../options.ts";
import type { HearingMode } from "../signals/listener.ts";

// A transaction that is open for so long keeps dead rows from being cleared away, and claims step over them.
const LONG_TRANSACTION_MINUTES = 10;

/** What can be seen from inside: whether the server, the schema and the way to them are as Lovage needs them. */
export async function diagnose(
  pool: Pool,
  settings: PostgresSettings,
  mode: () => Promise<HearingMode>,
): Promise<readonly HealthFinding[]> {
  const { rows } = await pool.run({ text: readSql("maintenance/facts", settings.schema) });
  const [facts] = rows;
  if (facts === undefined) throw new RangeError("The server said nothing about itself.");
  return [
    { check: "server", ok: true, detail: `PostgreSQL ${facts[0]} at ${settings.place}` },
    schemaFinding(facts, settings),
    durabilityFinding(facts),
    await hearingFinding(settings, mode),
    transactionFinding(facts),
    partitionFinding(facts),
    strayFinding(facts),
  ];
}

function schemaFinding(facts: Row, { schema }: PostgresSettings): HealthFinding {
  const version = Number(facts[1]);
  const detail =
    version === SCHEMA_VERSION ? `${schema}, ${version}` : `${schema}, ${version}; this code has ${SCHEMA_VERSION}`;
  return { check: "schema", ok: version >= SCHEMA_VERSION, detail };
}

function durabilityFinding(facts: Row): HealthFinding {
  const [, , fsync, commit] = facts;
  const ok = fsync === "on" && commit !== "off";
  const detail = ok
    ? `fsync is on, synchronous_commit is ${commit}: what is acknowledged survives a crash of the server`
    : `fsync is ${fsync}, synchronous_commit is ${commit}: a crash of the server loses what was acknowledged last; set both on`;
  return { check: "durability", ok, detail };
}

async function hearingFinding(settings: PostgresSettings, mode: () => Promise<HearingMode>): Promise<HealthFinding> {
  const isListening = (await mode()) === "listen";
  const isWanted = settings.listenUrl !== undefined;
  const detail = isListening
    ? "LISTEN works: jobs and messages are heard of at once"
    : isWanted
      ? "notifications do not arrive, so this process looks every 250 ms: a pooler in transaction mode stands in between; add listen=URL of the server itself, or listen=off"
      : "listen=off: this process looks every 250 ms";
  return { check: "notifications", ok: isListening || !isWanted, detail };
}

function transactionFinding(facts: Row): HealthFinding {
  const minutes = Number(facts[4] ?? 0);
  const ok = minutes < LONG_TRANSACTION_MINUTES;
  const detail = ok
    ? "none"
    : `one is open for ${Math.round(minutes)} minutes: dead rows pile up behind it and slow every claim; end it`;
  return { check: "long transactions", ok, detail };
}

function partitionFinding(facts: Row): HealthFinding {
  const days = Number(facts[5]);
  const ok = facts[6] === "t";
  const detail = ok
    ? `${days} days of finished jobs`
    : "today's partition of finished jobs is missing, so they are kept in finished_other: look for a long lock on the table finished";
  return { check: "partitions", ok, detail };
}

function strayFinding(facts: Row): HealthFinding {
  const strays = Number(facts[7]);
  const detail =
    strays === 0
      ? "none"
      : `${strays} belong to no queue and never run: rows were changed by hand; remove them, and push them again`;
  return { check: "stray jobs", ok: strays === 0, detail };
}
