import { expect, test } from "vitest";
import { Keyspace } from "../../../../src/engines/redis/keyspace.ts";
import { SLOTS, slotOf } from "../../../../src/engines/redis/slot.ts";

function tagOf(prefix: string): string {
  return /\{(.*)\}/.exec(prefix)?.[1] ?? "";
}

test("slots are those of the Cluster's specification", () => {
  expect(slotOf("123456789")).toBe(0x31c3);
  expect(slotOf("lovage")).toBe(slotOf(tagOf(new Keyspace("lovage", 0, 1).prefix)));
});

test("the first partition has the name of a namespace without partitions", () => {
  for (const partitions of [1, 2, 3, 64])
    expect(new Keyspace("a b", 0, partitions).prefix).toBe(new Keyspace("a b", 0, 1).prefix);
});

test.each([2, 3, 5, 6, 64])("each of %i partitions has a share of the slots to itself", (partitions) => {
  for (const namespace of ["lovage", "shop", "ünï/code", "x".repeat(200)]) {
    const prefixes = Array.from(
      { length: partitions },
      (_, number) => new Keyspace(namespace, number, partitions).prefix,
    );
    const shares = prefixes.map((prefix) => Math.floor((slotOf(tagOf(prefix)) * partitions) / SLOTS));
    expect(new Set(shares).size).toBe(partitions);
  }
});

test("no partition has the name of another namespace", () => {
  const prefixes = ["a", "a/1", "a/1.0", "a/1.1"].map((namespace) => new Keyspace(namespace, 0, 1).prefix);
  expect(prefixes).not.toContain(new Keyspace("a", 1, 3).prefix);
});
