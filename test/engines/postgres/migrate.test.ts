import { expect, onTestFinished } from "vitest";
import { Connection } from "../../../src/engines/postgres/client/connection.ts";
import type { Ask } from "../../../src/engines/postgres/client/pool.ts";
import { SCHEMA_VERSION, schemaVersion } from "../../../src/engines/postgres/database/schema.ts";
import { readSql } from "../../../src/engines/postgres/database/texts.ts";
import { testRequiring } from "../../support/requirement.ts";
import { findPostgres } from "../../support/servers/index.ts";
import { connect, newSchema } from "./setup.ts";

const postgres = await findPostgres();

async function openAsk(): Promise<Ask> {
  const connection = await Connection.open(postgres.url, "the server");
  onTestFinished(() => connection.close());
  return (statement) => connection.ask(statement, Date.now() + 10_000);
}

testRequiring(postgres)("who has waited for another to make the schema sees it", async () => {
  const [schema, maker, ask] = [newSchema(), await connect(postgres.url), await openAsk()];
  onTestFinished(async () => void (await maker.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)));
  const lock = { text: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", values: [schema] };
  expect(await schemaVersion(ask, schema)).toBe(0);
  await maker.query("BEGIN");
  await maker.query(lock);
  await ask({ text: "BEGIN" });
  const locked = ask(lock);
  await maker.query(`CREATE SCHEMA ${schema}; ${readSql("schema/create-meta", schema)}`);
  await maker.query(readSql("schema/write-meta", schema), [SCHEMA_VERSION, 1]);
  await maker.query("COMMIT");
  await locked;
  const version = await schemaVersion(ask, schema);
  await ask({ text: "COMMIT" });
  expect(version).toBe(SCHEMA_VERSION);
});
