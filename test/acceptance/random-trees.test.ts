import fc from "fast-check";
import { expect } from "vitest";
import { arbitraryTree, evaluate, plain, signatureOf } from "../tasks/canvas/random-tree.ts";
import { acceptance } from "./stage.ts";

const waitFor = { timeout: "60s" } as const;
const TREES = 12;
// A third kill of the same job would make it a poison job, and rightly.
const KILLS = 2;

acceptance("random workflows", {
  "of up to 200 jobs, under workers that are killed, come to what the model says": async (stage) => {
    const { leaf, app } = stage.tasks;
    const seed = Math.floor(Math.random() * 2 ** 31);
    const trees = fc.sample(arbitraryTree(200, 12), { numRuns: TREES, seed });
    const results = await Promise.all(trees.map((tree) => signatureOf(tree, leaf).delay()));
    for (let kills = 1; kills <= KILLS; kills += 1) {
      const worker = await stage.worker({ concurrency: 3 });
      await stage.hears("leaf", 6 * kills);
      worker.signalAll("SIGKILL");
    }
    await stage.worker({ concurrency: 10 });
    for (const [index, tree] of trees.entries()) {
      const expected = evaluate(tree, undefined);
      const end = await results[index]?.get(waitFor).then(plain, (error: Error) => error.cause);
      const seen = `seed ${seed}, tree ${index}: ${JSON.stringify(tree)}`;
      if (expected.ok) expect(end, seen).toEqual(plain(expected.value));
      else
        expect(
          expected.leaves.map((number) => `leaf ${number}`),
          seen,
        ).toContain((end as Error).message);
    }
    const unfinished = ["waiting", "scheduled", "ready", "active"] as const;
    await expect.poll(() => app.engine.inspect.count({ states: unfinished }), { timeout: 20_000 }).toBe(0);
  },
});
