// node examples/idempotency/tour.ts: runs each task three times as one job, and says what the repeats have done.
import type { Task } from "lovage";
import { classifyIdempotence } from "lovage/testing";
import {
  app,
  cancelOrder,
  countOrders,
  placeOrder,
  placeOrderOnce,
  shop,
  writeReport,
  writeReportSomewhere,
} from "./tasks.ts";

async function show<Input>(task: Task<Input, unknown>, input: Input): Promise<void> {
  const report = await classifyIdempotence(task, input, () => shop.snapshot());
  console.log(`${task.name}: ${report.verdict}`);
  console.log(report.explanation.replace(/^/gm, "    "));
}

await show(placeOrder, { product: "tea" });
await show(placeOrderOnce, { product: "tea", request: "request-7" });
await show(cancelOrder, { orderId: 1 });
await show(writeReport, { month: "2026-10" });
await show(writeReportSomewhere, { month: "2026-10" });
await show(countOrders, undefined);
await app.close();
