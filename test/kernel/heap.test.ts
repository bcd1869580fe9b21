import fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "../../src/kernel/heap.ts";

interface Item {
  readonly value: number;
}

test("what remains after any adds and removals comes out in order", () => {
  const steps = fc.array(fc.record({ value: fc.integer({ min: 0, max: 50 }), remove: fc.nat({ max: 3 }) }));
  fc.assert(
    fc.property(steps, (actions) => {
      const heap = new Heap<Item>((left, right) => left.value - right.value);
      const model: Item[] = [];
      for (const { value, remove } of actions) {
        const item = { value };
        heap.add(item);
        heap.add(item);
        model.push(item);
        if (remove === 0) heap.remove(model.splice(value % model.length, 1)[0] ?? item);
      }
      expect(heap.size).toBe(model.length);
      expect(drain(heap)).toEqual(model.map((item) => item.value).sort((left, right) => left - right));
    }),
  );
});

test("removing what is not there says so", () => {
  const heap = new Heap<Item>((left, right) => left.value - right.value);
  expect(heap.remove({ value: 1 })).toBe(false);
  expect(heap.peek()).toBeUndefined();
});

function drain(heap: Heap<Item>): number[] {
  const values: number[] = [];
  for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
    values.push(item.value);
    heap.remove(item);
  }
  return values;
}
