import { type App, lovage, type Task } from "lovage";
import { Shop } from "./shop.ts";

export const app: App = lovage({ url: "memory:" });
export const shop: Shop = new Shop();

/** Not idempotent: run twice, it orders twice. */
export const placeOrder: Task<{ product: string }, void> = app.task({
  name: "orders.place",
  run({ product }: { product: string }) {
    shop.insert(product);
  },
});

/** Check first: the caller names its request, and a request that has been served is not served again. */
export const placeOrderOnce: Task<{ product: string; request: string }, void> = app.task({
  name: "orders.placeOnce",
  run({ product, request }: { product: string; request: string }) {
    // The check and the insert are one step here; where they are not, a UNIQUE index on the request has the last word.
    if (!shop.hasRequest(request)) shop.insert(product, request);
  },
});

/** Idempotent by nature: it says what shall be, not what shall happen. */
export const cancelOrder: Task<{ orderId: number }, void> = app.task({
  name: "orders.cancel",
  run({ orderId }: { orderId: number }) {
    shop.cancel(orderId);
  },
});

/** Idempotent by its address: the result is stored in a place that the arguments name, so a repeat writes it again. */
export const writeReport: Task<{ month: string }, void> = app.task({
  name: "reports.write",
  run({ month }: { month: string }) {
    shop.reports.set(`reports/${month}.txt`, `${shop.orders().length} orders until ${month}`);
  },
});

/** Not idempotent, for want of such a place: every run leaves another file. */
export const writeReportSomewhere: Task<{ month: string }, void> = app.task({
  name: "reports.writeSomewhere",
  run({ month }: { month: string }) {
    shop.reports.set(`reports/${crypto.randomUUID()}.txt`, `${shop.orders().length} orders until ${month}`);
  },
});

/** Nullipotent: it only reads. */
export const countOrders: Task<undefined, number> = app.task({
  name: "orders.count",
  run(_input: undefined) {
    return shop.orders().length;
  },
});
