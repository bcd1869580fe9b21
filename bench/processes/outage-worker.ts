import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { childOptions, serve } from "../support/child.js";
import { preciseNow } from "../support/process.ts";

interface Options {
  readonly url: string;
  readonly account: string;
  readonly lease: "2s" | "15s";
}

const { url, account, lease } = childOptions<Options>();
const app = lovage({ url, logger: silentLogger, worker: { lease } });
app.task({
  name: "outage.work",
  async run({ takesMs }: { readonly takesMs: number }, { id, fence }) {
    const note = (what: "start" | "end"): void =>
      appendFileSync(account, `${id} ${what} ${process.pid} ${fence} ${preciseNow()}\n`);
    note("start");
    await pause(takesMs);
    note("end");
  },
});
const worker = app.worker({ concurrency: 20 });
await worker.start();
serve({}, () => app.close());
