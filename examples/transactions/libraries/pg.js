import pg from "pg";

export function openOrders(url) {
  const pool = new pg.Pool({ connectionString: url });
  return {
    outside: pool,
    async place({ id, customer }, work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await client.query("INSERT INTO shop_order (id, customer) VALUES ($1, $2)", [id, customer]);
        await work(client);
        await client.query("COMMIT");
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
