import createKnex from "knex";

export function openOrders(url) {
  const knex = createKnex({ client: "pg", connection: url });
  return {
    outside: knex,
    place: (order, work) =>
      knex.transaction(async (trx) => {
        await trx("shop_order").insert(order);
        await work(trx);
      }),
    close: () => knex.destroy(),
  };
}
