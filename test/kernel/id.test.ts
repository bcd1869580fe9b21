import { describe, expect, test } from "vitest";
import { derivedId, newId, newIdBeside, newIdOfKey, placeOf, placeOfKey } from "../../src/kernel/id.ts";

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function millisecondsOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

// The ids of one process share a counter, so these tests begin at the present and go on from one to the next.
describe("newId", () => {
  test("is a UUIDv7 of now", () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(VERSION_7);
    expect(millisecondsOf(id)).toBeGreaterThanOrEqual(before);
    expect(millisecondsOf(id)).toBeLessThanOrEqual(Date.now() + 1);
  });

  test("100,000 ids are all different, well formed, and sort in the order in which they were made", () => {
    const ids = Array.from({ length: 100_000 }, () => newId());
    expect(new Set(ids).size).toBe(100_000);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => VERSION_7.test(id))).toBe(true);
  });

  test("more than 4,096 in one millisecond borrow from the next ones", () => {
    const instant = millisecondsOf(newId()) + 10;
    const ids = Array.from({ length: 10_000 }, () => newId(instant));
    expect([...ids].sort()).toEqual(ids);
    expect(millisecondsOf(ids[0] ?? "")).toBe(instant);
    expect(millisecondsOf(ids.at(-1) ?? "")).toBe(instant + 2);
  });

  test("a clock that steps back or counts in fractions does not break the order or the format", () => {
    const instant = millisecondsOf(newId()) + 10;
    const ids = [instant, instant - 60_000, instant + 0.5, instant + 1.7, 0, Number.NaN].map((now) => newId(now));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => VERSION_7.test(id))).toBe(true);
  });

  test("the random bits are random: no byte position is stuck", () => {
    const ids = Array.from({ length: 2_000 }, () => newId().replaceAll("-", ""));
    for (let position = 17; position < 32; position += 1) {
      expect(new Set(ids.map((id) => id[position])).size).toBe(16);
    }
  });
});

describe("a derived id", () => {
  test("is the same for the same instant and words, and another for any other", () => {
    const at = Date.UTC(2026, 0, 1);
    const id = derivedId(at, "lovage", "backup");
    expect(id).toMatch(VERSION_7);
    expect(derivedId(at, "lovage", "backup")).toBe(id);
    // Words are told apart, however they are cut.
    const others = [derivedId(at + 1, "lovage", "backup"), derivedId(at, "lovageb", "ackup"), derivedId(at, "lovage")];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test("carries its instant, and sorts by it", () => {
    const instants = [0, 1, 1_000, Date.UTC(2026, 0, 1), Date.UTC(3000, 0, 1)];
    const ids = instants.map((at) => derivedId(at, "a"));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(millisecondsOf)).toEqual(instants);
  });

  test("of thousands, no two are the same", () => {
    expect(new Set(Array.from({ length: 20_000 }, (_, word) => derivedId(0, String(word)))).size).toBe(20_000);
  });
});

describe("places", () => {
  test("an id made beside another has its place, and so has what begins with an id", () => {
    const id = newId();
    const beside = newIdBeside(id);
    expect(beside).toMatch(VERSION_7);
    expect(beside).not.toBe(id);
    expect([beside, `${id}:next`, newIdBeside(`${id}:next`)].map(placeOf)).toEqual([id, id, id].map(placeOf));
  });

  test("the id of a key has the key's place, which stays the same for ever", () => {
    const id = newIdOfKey("feeds.fetch", "feed:7");
    expect(id).toMatch(VERSION_7);
    expect(placeOf(id)).toBe(placeOfKey("feeds.fetch", "feed:7"));
    // Stored jobs would not be found any more with another one.
    expect(placeOfKey("feeds.fetch", "feed:7")).toBe(44_550);
    expect(placeOfKey("a", "b")).not.toBe(placeOfKey("ab", ""));
  });

  test("any text has a place", () => {
    for (const id of ["", "job", "x".repeat(40), `${"-".repeat(33)}abc`]) {
      expect(placeOf(id)).toBeGreaterThanOrEqual(0);
      expect(placeOf(id)).toBeLessThanOrEqual(0xffff);
    }
  });

  test("places of ids and of keys are spread evenly", () => {
    for (const makePlace of [() => placeOf(newId()), (index: number) => placeOfKey("task", `key-${index}`)]) {
      const counts = new Map<number, number>();
      for (let index = 0; index < 30_000; index += 1) {
        const partition = makePlace(index) % 3;
        counts.set(partition, (counts.get(partition) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(600);
    }
  });
});
