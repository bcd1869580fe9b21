import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";

/** A started engine in a schema of the test's own. */
export async function startEngine(url: string, schema: string = newSchema()): Promise<Engine> {
  const engine = createPostgresEngine({ url, schema });
  onTestFinished(async () => {
    await engine.stop();
    const client = await connect(url);
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  });
  await engine.start();
  return engine;
}

export function newSchema(): string {
  return `t${randomBytes(6).toString("hex")}`;
}

export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // A test may stop the server under it.
  client.on("error", () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
