import { lovage } from "../../../src/index.ts";

// Pushes one job, and forgets to close the app.
const app = lovage({ url: process.argv[2] ?? "", namespace: process.argv[3] ?? "" });
const task = app.task<{ n: number }>({ name: "task" });
await task.delay({ n: 1 });
process.stdout.write("pushed");
