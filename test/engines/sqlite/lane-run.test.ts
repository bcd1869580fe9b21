import { expect, test } from "vitest";
import type { Row } from "../../../src/engines/sqlite/database/row.ts";
import { LaneRun, LaneShares } from "../../../src/engines/sqlite/jobs/lane-run.ts";
import { emptyCounters, type Lane } from "../../../src/engines/sqlite/lanes/lane.ts";

function lane(id: number): Lane {
  return { id, queue: "queue", task: `task ${id}`, counters: emptyCounters() };
}

/** A lane of so many jobs, which are gone once they were read, as those that were claimed are. */
function openRun(id: number, jobs: number, count: number) {
  const rows = Array.from({ length: jobs }, (_, sequence): Row => [sequence]);
  const limits: number[] = [];
  const run = new LaneRun(lane(id), count, (limit) => {
    limits.push(limit);
    return rows.splice(0, limit);
  });
  return { run, limits };
}

function takeAll(run: LaneRun, wanted: number): number[] {
  const sequences: number[] = [];
  while (sequences.length < wanted) {
    const head = run.head(wanted - sequences.length);
    if (head === undefined) break;
    sequences.push(Number(head[0]));
    run.take();
  }
  return sequences;
}

test("a lane is read on only where what was read first is used up, and not behind its end", () => {
  const { run, limits } = openRun(1, 30, 10);
  expect(takeAll(run, 25)).toEqual(Array.from({ length: 25 }, (_, sequence) => sequence));
  expect(takeAll(run, 10)).toEqual([25, 26, 27, 28, 29]);
  expect([run.taken, limits]).toEqual([30, [10, 15, 10]]);
});

test("each lane is asked first for what it gave to the claim before, for an even share where nothing is known", () => {
  const shares = new LaneShares();
  expect(shares.expect(lane(1), 63)).toBe(63);
  const [busy, other] = [openRun(1, 200, 63), openRun(2, 200, 63)];
  takeAll(busy.run, 125);
  shares.remember([busy.run, other.run]);
  expect([shares.expect(lane(1), 63), shares.expect(lane(2), 63), shares.expect(lane(3), 42)]).toEqual([125, 4, 42]);
});
