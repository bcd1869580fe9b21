import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { lovage } from "lovage";
import { expectIdempotent, type TestBench, testing } from "lovage/testing";

const app = lovage({ url: "sqlite:/nowhere/at/all/jobs.db" });
const stored = new Map<string, number>();
const store = app.task({
  name: "store",
  async run({ name }: { name: string }) {
    stored.set(name, name.length);
  },
});

let bench: TestBench;
beforeEach(() => {
  bench = testing(app);
});
afterEach(() => bench.close());

test("a push is seen, and run", async () => {
  await store.delay({ name: "a" });
  bench.expectPushed(store, { name: "a" }, { times: 1 });
  assert.throws(() => bench.expectPushed(store, { name: "b" }), assert.AssertionError);
  await bench.drain();
  assert.equal(stored.get("a"), 1);
});

test("idempotence is seen", async () => {
  const { verdict } = await expectIdempotent(store, { name: "bc" }, () => stored);
  assert.equal(verdict, "idempotent");
});
