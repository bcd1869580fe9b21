import { expect, test, vi } from "vitest";
import { lovage } from "../../src/index.ts";
import { LogBook } from "./support/workshop.ts";

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

test("a blocked loop is told, with the tasks that ran meanwhile, also the one that has ended since", async () => {
  const logger = new LogBook();
  const app = lovage({ url: "memory:", logger });
  const blocks = app.task({ name: "blocks", run: () => block(400) });
  const waits = app.task({ name: "waits", run: () => new Promise(() => {}) });
  const worker = app.worker({ lagWarning: 100, grace: 0 });
  await worker.start();
  await waits.delay();
  await blocks.delay();
  const line = await vi.waitFor(() => {
    const [found] = logger.find("the event loop was blocked");
    expect(found).toBeDefined();
    return found;
  }, 10_000);
  expect(line?.level).toBe("warn");
  expect(String(line?.fields.tasks).split(", ").toSorted()).toEqual(["blocks", "waits"]);
  await app.close();
});
