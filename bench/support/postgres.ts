import { Client } from "pg";
import { ownName, type Place } from "./place.ts";

export const postgresUrl: string =
  process.env.LOVAGE_BENCH_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

/** Whether the PostgreSQL of the benches answers. */
export async function postgresAnswers(): Promise<boolean> {
  const client = new Client({ connectionString: postgresUrl, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    return true;
  } catch {
    // Whatever the reason: there is none to measure on, which the bench says.
    return false;
  } finally {
    await client.end();
  }
}

/** A place on that PostgreSQL whose schemas are gone afterwards. */
export async function withPostgresPlace<Value>(use: (place: Place) => Promise<Value>): Promise<Value> {
  const name = ownName();
  try {
    return await use({ url: postgresUrl, name });
  } finally {
    await withPostgres((client) => dropSchemas(client, name));
  }
}

/** A connection for as long as it is used. */
export async function withPostgres<Value>(use: (client: Client) => Promise<Value>): Promise<Value> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function dropSchemas(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ nspname: string }>("SELECT nspname FROM pg_namespace WHERE nspname LIKE $1", [
    `%${name}`,
  ]);
  for (const { nspname } of rows) await client.query(`DROP SCHEMA ${client.escapeIdentifier(nspname)} CASCADE`);
}
