import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import pg from "pg";

const orders = pgTable("shop_order", { id: integer().primaryKey(), customer: text().notNull() });

export function openOrders(url) {
  const pool = new pg.Pool({ connectionString: url });
  const db = drizzle(pool);
  return {
    outside: db,
    place: (order, work) =>
      db.transaction(async (tx) => {
        await tx.insert(orders).values(order);
        await work(tx);
      }),
    close: () => pool.end(),
  };
}

/** Stores an order by the connection that `ctx.transaction()` hands over. */
export async function addOrder(client, order) {
  await drizzle(client).insert(orders).values(order);
}
