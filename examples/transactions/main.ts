import { lovage } from "lovage";
import { Client } from "pg";
import { libraries, openOrders, TABLE } from "./orders.ts";

// An order and the job that confirms it: both are there, or neither. LOVAGE_URL=postgres://… node examples/transactions/main.ts drizzle
const library = libraries.find((name) => name === process.argv[2]) ?? "pg";
const url = process.env.LOVAGE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";

const client = new Client({ connectionString: url });
await client.connect();
await client.query(TABLE);
const { rows } = await client.query("SELECT coalesce(max(id), 0) AS last FROM shop_order");
await client.end();
const first: number = rows[0].last + 1;

const app = lovage({ url, namespace: "transactions" });
const confirm = app.task({
  name: "orders.confirm",
  run: ({ orderId }: { orderId: number }) => console.log(`order ${orderId} is confirmed`),
});
const orders = await openOrders(library, url);

await orders.place({ id: first, customer: "Ada" }, async (tx) => {
  await confirm.delay({ orderId: first }, { tx });
});
const second = first + 1;
const place = orders.place({ id: second, customer: "Grace" }, async (tx) => {
  await confirm.delay({ orderId: second }, { tx });
  throw new Error("the card was declined");
});
await place.catch((error) => console.log(`order ${second} was rolled back, and its job with it: ${error.message}`));

await app.worker().drain();
await orders.close();
await app.close();
