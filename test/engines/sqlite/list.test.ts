import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { JobState } from "../../../src/kernel/job.ts";
import { newJob, openEngine, pushRequest, temporaryPath } from "./setup.ts";

const states: readonly JobState[] = ["scheduled", "ready", "active", "waiting", "succeeded", "failed", "revoked"];

test("a list is the same by whatever way it is found: pages of every set of states, tasks and queues", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  const jobs = Array.from({ length: 60 }, (_, index) => newJob({ task: `t${index % 3}`, queue: `q${index % 2}` }));
  await engine.jobs.push([pushRequest(...jobs)]);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  const stateOf = (index: number): JobState => states[(index * 5) % states.length] ?? "ready";
  const change = database.prepare(
    "UPDATE lovage_job SET state = ?1, due_at = 1, worker = 'w', exchange = 1, crashes = ?2 WHERE id = ?3",
  );
  for (const [index, { id }] of jobs.entries()) change.run(stateOf(index), index % 4, id);
  database.close();
  await engine.maintenance.migrate({ dryRun: false });
  const asked: (readonly JobState[] | undefined)[] = [
    undefined,
    [],
    ["active"],
    ["failed"],
    ["ready", "scheduled"],
    states,
  ];
  for (const wanted of asked) {
    for (const tasks of [undefined, ["t1"]]) {
      const fits = ({ task }: { task: string }, index: number): boolean =>
        (wanted?.includes(stateOf(index)) ?? true) && (tasks?.includes(task) ?? true);
      const expected = jobs
        .filter(fits)
        .map(({ id }) => id)
        .reverse();
      const filter = { ...(wanted === undefined ? {} : { states: wanted }), ...(tasks === undefined ? {} : { tasks }) };
      const first = await engine.inspect.list({ filter, cursor: undefined, limit: 5 });
      const rest = await engine.inspect.list({ filter, cursor: first.at(-1)?.id, limit: 1_000 });
      expect([...first, ...(first.length === 5 ? rest : [])].map(({ id }) => id)).toEqual(expected);
      expect(await engine.inspect.count(filter)).toBe(expected.length);
    }
  }
});
