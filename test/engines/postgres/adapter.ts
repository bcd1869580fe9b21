import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll } from "vitest";
import type { EngineAdapter, StoreReference } from "../../../src/testing/conformance/index.ts";
import { openEngine, schemaOf } from "./conformance-engine.ts";

/** What the conformance suite must know of an engine at `url`; tests themselves go to the server directly. */
export function postgresAdapter(name: string, url: string, serverUrl: string): EngineAdapter {
  // The engines of child processes find it there.
  process.env.LOVAGE_TEST_POSTGRES_URL = url;
  const reused = new ReusedStores(serverUrl);
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
        patternOf(reference),
      );
      await client.query(`BEGIN; LOCK TABLE ${tables[0]} IN ACCESS EXCLUSIVE MODE`);
      return {
        async end() {
          await client.query("ROLLBACK");
          await client.end();
        },
      };
    },
    reuse: () => reused.take(),
    discard: (reference) => (reused.has(reference) ? reused.giveBack(reference) : drop(serverUrl, reference)),
  };
}

/** To make a store is half of a test's time, and most of the server's work: these are emptied instead. Gone with the file. */
class ReusedStores {
  readonly #serverUrl: string;
  readonly #stores = new Set<string>();
  readonly #empty: StoreReference[] = [];

  constructor(serverUrl: string) {
    this.#serverUrl = serverUrl;
    afterAll(async () => {
      for (const store of this.#stores) await drop(serverUrl, { store });
    });
  }

  take(): StoreReference {
    const name = `r${randomBytes(6).toString("hex")}`;
    const reference = this.#empty.pop() ?? { store: name, namespace: name };
    this.#stores.add(reference.store);
    return reference;
  }

  has({ store }: StoreReference): boolean {
    return this.#stores.has(store);
  }

  async giveBack(reference: StoreReference): Promise<void> {
    const client = await connect(this.#serverUrl);
    await client.query(emptyTables(reference));
    await client.end();
    this.#empty.push(reference);
  }
}

/** TRUNCATE would make every table and index anew, for five times as much. `meta` says how the tables were made. */
function emptyTables(reference: StoreReference): string {
  return `DO $$
    DECLARE found regclass;
    BEGIN
      FOR found IN
        SELECT pg_class.oid FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname LIKE '${patternOf(reference)}' AND relkind = 'r' AND relname <> 'meta'
      LOOP EXECUTE format('DELETE FROM %s', found); END LOOP;
    END $$`;
}

async function drop(serverUrl: string, reference: Pick<StoreReference, "store">): Promise<void> {
  const client = await connect(serverUrl);
  for (const schema of await ask(
    client,
    "SELECT nspname FROM pg_namespace WHERE nspname LIKE $1",
    patternOf(reference),
  ))
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}

/** Of the names of a store's schemas: each namespace has one. */
function patternOf(reference: Pick<StoreReference, "store">): string {
  return `${schemaOf(reference)}\\_%`;
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
