import fc from "fast-check";
import { test } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { claimRequest, newJob, pushRequest, registerWorker, temporaryPath } from "./setup.ts";

interface Scenario {
  readonly jobs: readonly NewJob[];
  /** How many each claim asks for, until nothing is left. */
  readonly sizes: readonly number[];
}

const tasks = ["a", "b", "c", "d"];

function jobsOfPriority(priority: fc.Arbitrary<number>): fc.Arbitrary<NewJob[]> {
  const job = fc.record({ task: fc.constantFrom(...tasks), queue: fc.constantFrom("one", "two"), priority });
  return fc.array(job, { minLength: 1, maxLength: 120 }).map((list) => list.map(newJob));
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  // Jobs of one priority are read lane by lane, whole rows at a time.
  jobs: fc.oneof(jobsOfPriority(fc.integer({ min: 0, max: 9 })), jobsOfPriority(fc.constant(5))),
  sizes: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
});

/** What the contract says: priority, then push order; every twentieth is the oldest. */
function expectedOrder(jobs: readonly NewJob[]): string[] {
  const left = jobs.map((job, sequence) => ({ job, sequence }));
  const order: string[] = [];
  while (left.length > 0) {
    const isOldestsTurn = (order.length + 1) % 20 === 0;
    const next = left.reduce((best, candidate) => {
      const isBefore = isOldestsTurn
        ? candidate.sequence < best.sequence
        : candidate.job.priority > best.job.priority ||
          (candidate.job.priority === best.job.priority && candidate.sequence < best.sequence);
      return isBefore ? candidate : best;
    });
    left.splice(left.indexOf(next), 1);
    order.push(next.job.id);
  }
  return order;
}

async function claimAll(engine: Engine, sizes: readonly number[]): Promise<string[]> {
  const order: string[] = [];
  for (let exchange = 1; ; exchange += 1) {
    const claim = claimRequest({ tasks, max: sizes[exchange % sizes.length] ?? 1 });
    const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange, settlements: [], claim });
    if (claimed.length === 0) return order;
    order.push(...claimed.map(({ id }) => id));
  }
}

test("jobs of several lanes and priorities are claimed in the order of the contract, however many at a time", async () => {
  const path = temporaryPath();
  let namespaces = 0;
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ jobs, sizes }) => {
      namespaces += 1;
      const engine = createSqliteEngine({ path, namespace: `n${namespaces}` });
      await engine.start();
      try {
        await registerWorker(engine, "worker", tasks);
        await engine.jobs.push([pushRequest(...jobs)]);
        const order = await claimAll(engine, sizes);
        return JSON.stringify(order) === JSON.stringify(expectedOrder(jobs));
      } finally {
        await engine.stop();
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
