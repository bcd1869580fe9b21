import fc from "fast-check";
import { lovage } from "lovage";
import { testing } from "lovage/testing";
import { expect, test } from "vitest";
import { arbitraryTree, evaluate, leafTask, leavesOf, plain, signatureOf, type Tree } from "./random-tree.ts";

async function check(tree: Tree): Promise<void> {
  const app = lovage({ url: "memory:" });
  const runs = new Map<number, number>();
  const task = leafTask(app, (leaf) => runs.set(leaf, (runs.get(leaf) ?? 0) + 1));
  const bench = testing(app);
  try {
    const result = await signatureOf(tree, task).delay();
    await bench.drain({ until: "idle" });
    const expected = evaluate(tree, undefined);
    const end = await result.get({ timeout: "1s" }).then(plain, (error: Error) => error.cause);
    if (expected.ok) expect(end).toEqual(plain(expected.value));
    else expect(expected.leaves.map((leaf) => `leaf ${leaf}`)).toContain((end as Error).message);
    expect(await app.engine.inspect.count({ states: ["waiting", "scheduled", "ready", "active"] })).toBe(0);
    for (const leaf of leavesOf(tree)) {
      const most = leaf.kind === "leaf" && leaf.fate !== "succeeds" ? (leaf.fate === "flaky" ? 2 : 4) : 1;
      if (leaf.kind === "leaf" || leaf.kind === "replaced")
        expect(runs.get(leaf.leaf) ?? 0, `leaf ${leaf.leaf}`).toBeLessThanOrEqual(most);
    }
  } finally {
    await bench.close();
  }
}

test("random trees that mostly succeed come to what the model says", async () => {
  await fc.assert(fc.asyncProperty(arbitraryTree(200, 60), check), { numRuns: 150 });
}, 120_000);

test("random trees of which much fails come to what the model says, and nothing waits for ever", async () => {
  await fc.assert(fc.asyncProperty(arbitraryTree(200, 6), check), { numRuns: 150 });
}, 120_000);
