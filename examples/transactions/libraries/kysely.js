import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

export function openOrders(url) {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }) });
  return {
    outside: db,
    place: (order, work) =>
      db.transaction().execute(async (trx) => {
        await trx.insertInto("shop_order").values(order).execute();
        await work(trx);
      }),
    close: () => db.destroy(),
  };
}
