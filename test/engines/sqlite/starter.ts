// A process that starts an engine on the file in its argument at a given instant, pushes a job, and then has nothing
// left to do: it must end by itself, without stopping the engine.
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { NewJob } from "../../../src/kernel/job.ts";

const [path = "", startAt = "0"] = process.argv.slice(2);
const engine = createSqliteEngine({ path });
while (Date.now() < Number(startAt)) {
  // Spinning, so that the processes start in the same millisecond.
}
await engine.start();
const job: NewJob = {
  id: newId(),
  task: "task",
  queue: "queue",
  priority: 5,
  input: "1",
  headers: undefined,
  due: undefined,
  expires: undefined,
  ack: "late",
  key: undefined,
};
const [reply] = await engine.jobs.push([{ jobs: [job], maxDepth: {}, deadlineAt: Date.now() + 20_000 }]);
process.stdout.write(reply?.status ?? "none");
