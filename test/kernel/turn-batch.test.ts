import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { TurnBatch } from "../../src/kernel/turn-batch.ts";

function recording(limit: number): { calls: number[][]; batch: TurnBatch<number, string> } {
  const calls: number[][] = [];
  const batch = new TurnBatch<number, string>(async (items) => {
    calls.push([...items]);
    await setImmediate();
    return items.map((item) => `reply to ${item}`);
  }, limit);
  return { calls, batch };
}

describe("TurnBatch", () => {
  test("items of one turn travel together, each with its own reply", async () => {
    const { calls, batch } = recording(100);
    const first = batch.add(1);
    // What a resolved promise adds still belongs to this turn.
    const later = Promise.resolve().then(() => batch.add(2));
    expect(await Promise.all([first, later, batch.add(3)])).toEqual(["reply to 1", "reply to 2", "reply to 3"]);
    expect(calls).toEqual([[1, 3, 2]]);
  });

  test("the next turn makes a batch of its own", async () => {
    const { calls, batch } = recording(100);
    const first = batch.add(1);
    await setImmediate();
    await Promise.all([first, batch.add(2)]);
    expect(calls).toEqual([[1], [2]]);
  });

  test("no call carries more than the limit, and order is kept", async () => {
    const { calls, batch } = recording(3);
    const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => batch.add(index)));
    expect(replies).toEqual(Array.from({ length: 8 }, (_, index) => `reply to ${index}`));
    expect(calls).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  });

  test("a failed call rejects its own items and no others", async () => {
    const batch = new TurnBatch<number, number>(async (items) => {
      if (items.includes(2)) throw new Error("the store said no");
      return items;
    }, 2);
    const results = await Promise.allSettled([1, 2, 3].map((item) => batch.add(item)));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(await batch.add(4)).toBe(4);
  });

  test("replies that do not match the items are an error, not a shift", async () => {
    const batch = new TurnBatch<number, number>(async () => [1], 10);
    const results = await Promise.allSettled([batch.add(1), batch.add(2)]);
    expect(results.map((result) => (result.status === "rejected" ? String(result.reason) : ""))).toEqual(
      Array(2).fill("RangeError: 2 items got 1 replies."),
    );
  });
});
