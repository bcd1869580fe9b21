import { Client, type QueryArrayResult } from "pg";

const CONNECT_TIMEOUT_MS = 5000;
const QUERY_TIMEOUT_MS = 20_000;

/**
 * Asks a PostgreSQL server, over a connection of its own: a line a row, its columns as the server writes them, parted by
 * `|`. Throws the server's own words when it answers with an error.
 *
 * @example await askPostgres("postgres://postgres@127.0.0.1:5432/postgres", "SELECT 1, 2"); // "1|2"
 */
export async function askPostgres(url: string, sql: string): Promise<string> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    types: { getTypeParser: () => String },
  });
  // A connection that breaks rejects what waits for it; pg emits it besides, which nobody needs to hear twice.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const result: QueryArrayResult = await client.query({ text: sql, rowMode: "array" });
    return result.rows.map((row) => row.join("|")).join("\n");
  } finally {
    await client.end();
  }
}
