import { Logger, makeWorkerUtils, type Runner, run } from "graphile-worker";
import { childOptions, serve } from "../support/child.js";
import type { Place } from "../support/place.ts";
import { type Input, pushAhead, pushLists, pushPaced, pushTogether, StartTimes } from "../support/pushing.ts";

interface Options extends Place {
  readonly concurrency?: number;
  /** Of `preset.worker`. */
  readonly worker?: object;
}

const { url, name, concurrency = 10, worker = {} } = childOptions<Options>();
const shared = { connectionString: url, schema: name, logger: new Logger(() => () => {}) };
const utils = await makeWorkerUtils(shared);
await utils.migrate();
const starts = new StartTimes();
let runner: Runner | undefined;

serve(
  {
    pushBulk: ({ task = "noop", ...count }: { jobs: number; size: number; task?: string }) =>
      pushLists(count, (inputs) => utils.addJobs(inputs.map((payload) => ({ identifier: task, payload })))),
    pushEach: (count: { jobs: number; size: number }) =>
      pushTogether(count, (payload) => utils.addJob("noop", payload)),
    pushPaced: (count: { jobs: number; everyMs: number }) =>
      pushPaced(count, (payload) => utils.addJob("stamp", payload)),
    pushAhead: (count: { jobs: number; leadMs: number; overMs: number }) =>
      pushAhead(count, (inputs) =>
        utils.addJobs(
          inputs.map((payload) => ({ identifier: "stamp", payload, runAt: new Date(payload.startableAt) })),
        ),
      ),
    async startWorker() {
      const taskList = { stamp: (input: unknown) => starts.note(input as Input) };
      runner = await run({ ...shared, concurrency, noHandleSignals: true, preset: { worker }, taskList });
    },
    takeLatencies: () => starts.take(),
    counted: () => ({ started: starts.started }),
  },
  async () => {
    await runner?.stop();
    await utils.release();
  },
);
