import { type App, lovage, type Task } from "lovage";
import { jobsFile, shopFile } from "./files.ts";
import { openDatabase } from "./library/database.js";
import { relayOnce } from "./outbox.ts";

export const app: App = lovage({ url: `sqlite:${encodeURI(jobsFile)}` });

const shop = openDatabase(shopFile);

/** Safe to repeat: an order that is confirmed already stays as it is. */
export const confirmOrder: Task<{ orderId: number }, void> = app.task({
  name: "orders.confirm",
  run({ orderId }: { orderId: number }) {
    shop.prepare("UPDATE orders SET confirmed = 1 WHERE id = ?").run(orderId);
  },
});

/** One job for ever: it relays what is there, and comes back. However many workers run, it runs in one of them. */
export const relayOutbox: Task<undefined, void> = app.task({
  name: "outbox.relay",
  async run(_input: undefined, ctx) {
    const relayed = await relayOnce(shop, app);
    ctx.snooze(relayed > 0 ? 0 : "250ms");
  },
});
