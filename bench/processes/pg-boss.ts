import { PgBoss } from "pg-boss";
import { childOptions, serve } from "../support/child.js";
import type { Place } from "../support/place.ts";
import { type Input, pushLists, pushPaced, pushTogether, StartTimes } from "../support/pushing.ts";

const { url, name } = childOptions<Place>();
// With its listener, which is off by default: without it a worker looks every two seconds.
const boss = new PgBoss({ connectionString: url, schema: name, useListenNotify: true });
await boss.start();
await boss.createQueue("noop");
await boss.createQueue("stamp", { notify: true });
const starts = new StartTimes();

serve(
  {
    pushBulk: (count: { jobs: number; size: number }) =>
      pushLists(count, (inputs) =>
        boss.insert(
          "noop",
          inputs.map((data) => ({ data })),
        ),
      ),
    pushEach: (count: { jobs: number; size: number }) => pushTogether(count, (data) => boss.send("noop", data)),
    pushPaced: (count: { jobs: number; everyMs: number }) => pushPaced(count, (data) => boss.send("stamp", data)),
    startWorker: () =>
      // One that takes a single job a fetch misses the notifications of those that come meanwhile, and waits 30 s.
      boss.work<Input>("stamp", { batchSize: 100 }, async (jobs) => {
        for (const { data } of jobs) starts.note(data);
      }),
    takeLatencies: () => starts.take(),
    counted: () => ({ started: starts.started }),
  },
  () => boss.stop(),
);
