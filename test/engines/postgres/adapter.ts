import { Client } from "pg";
import type { EngineAdapter } from "../../../src/testing/conformance/index.ts";
import { openEngine, schemaOf } from "./conformance-engine.ts";

/** What the conformance suite must know of an engine at `url`; tests themselves go to the server directly. */
export function postgresAdapter(name: string, url: string, serverUrl: string): EngineAdapter {
  // The engines of child processes find it there.
  process.env.LOVAGE_TEST_POSTGRES_URL = url;
  return {
    name,
    open: openEngine,
    leaseMs: 1_000,
    processes: { module: new URL("./conformance-engine.ts", import.meta.url).href },
    // The server answers, and gives nobody what he asks for. Servers that are gone are the matter of outages.test.ts.
    async outage(reference) {
      const client = await connect(serverUrl);
      const tables = await ask(
        client,
        "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname LIKE $1",
        `${schemaOf(reference)}\\_%`,
      );
      await client.query(`BEGIN; LOCK TABLE ${tables[0]} IN ACCESS EXCLUSIVE MODE`);
      return {
        async end() {
          await client.query("ROLLBACK");
          await client.end();
        },
      };
    },
    async discard(reference) {
      const client = await connect(serverUrl);
      const pattern = `${schemaOf(reference)}\\_%`;
      for (const schema of await ask(client, "SELECT nspname FROM pg_namespace WHERE nspname LIKE $1", pattern))
        await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

/** The first column. */
async function ask(client: Client, text: string, value: string): Promise<readonly string[]> {
  const { rows } = await client.query<[string]>({ text, values: [value], rowMode: "array" });
  return rows.map(([first]) => first);
}
