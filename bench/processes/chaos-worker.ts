import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { childOptions, serve } from "../support/child.js";

const { url, account } = childOptions<{ readonly url: string; readonly account: string }>();
const app = lovage({ url, logger: silentLogger, worker: { lease: "1s" } });
app.task({
  name: "chaos.work",
  async run(_input: { readonly index: number }, { id, fence, attempt }) {
    // One write system call a line: a killed process leaves whole lines only.
    appendFileSync(account, `${id} start ${process.pid} ${fence} ${attempt}\n`);
    await pause(10);
    appendFileSync(account, `${id} end ${process.pid} ${fence} ${attempt}\n`);
  },
});
const worker = app.worker({ concurrency: 5 });
await worker.start();
serve({}, () => app.close());
