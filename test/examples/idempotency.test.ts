import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ProcessGroup } from "../support/process-group.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the tour says of each task whether it may run twice, and shows what a repeat changes", async () => {
  const tour = new ProcessGroup([process.execPath, "examples/idempotency/tour.ts"], { cwd: root });
  expect(await tour.exited(), tour.output).toBe(0);
  const verdicts = [...tour.output.matchAll(/^(\S+): (.+)$/gm)].map(([, task, verdict]) => [task, verdict]);
  expect(verdicts).toEqual([
    ["orders.place", "not idempotent"],
    ["orders.placeOnce", "idempotent"],
    ["orders.cancel", "idempotent"],
    ["reports.write", "idempotent"],
    ["reports.writeSomewhere", "not idempotent"],
    ["orders.count", "nullipotent"],
  ]);
  expect(tour.output).toContain("$.orders[2]: nothing → { id: 3, request: null, product: 'tea', state: 'placed' }");
});
