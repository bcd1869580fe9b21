import { lovage, type TransactionClient } from "lovage";
import type { Step } from "./completion-steps.ts";

/**
 * A worker process that dies, in the first run of a job, at the step that the job's input names: it ends the job by
 * `ctx.transaction()`, whose effect is one step of a counter.
 */
const app = lovage({ url: process.env.TEST_URL ?? "", logger: { log() {} } });
const counters = process.env.TEST_COUNTERS ?? "";

app.task({
  name: "count",
  retry: { max: 0 },
  async run({ step }: { step: Step }, ctx) {
    const at = (here: Step): void => {
      if (ctx.fence === 1 && step === here) process.kill(process.pid, "SIGKILL");
    };
    at("before BEGIN");
    const result = await ctx.transaction(async (tx) => {
      interceptCommit(tx, at);
      at("before the write");
      await tx.query(`UPDATE ${counters} SET value = value + 1 WHERE name = $1`, [step]);
      at("after the write");
      return { run: ctx.fence };
    });
    at("after the reply");
    return result;
  },
});

app.task({
  name: "freeze",
  retry: { max: 0 },
  run: ({ name }: { name: string }, ctx) =>
    ctx.transaction(async (tx) => {
      await tx.query(`UPDATE ${counters} SET value = value + 1 WHERE name = $1`, [name]);
      if (ctx.fence === 1) process.kill(process.pid, "SIGSTOP");
      return { run: ctx.fence };
    }),
});

function interceptCommit(tx: TransactionClient, at: (step: Step) => void): void {
  const query = tx.query.bind(tx);
  tx.query = async (text, values) => {
    if (text !== "COMMIT") return query(text, values);
    at("before COMMIT");
    const reply = query(text);
    // By then it is on its way to the server.
    await new Promise((resolve) => setImmediate(resolve));
    at("while COMMIT is under way");
    const result = await reply;
    at("after COMMIT, before its reply");
    return result;
  };
}

await app.worker({ lease: "1s", concurrency: 1 }).start();
