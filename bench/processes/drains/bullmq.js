import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { countdown } from "../../support/countdown.js";

export async function prepare({ url, name, concurrency }, jobs) {
  // As BullMQ asks of the connection of a worker.
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const completed = countdown(jobs);
  const handle = async (job) => (job.name === "nap" ? void (await pause(50)) : undefined);
  const worker = new Worker(name, handle, { connection, concurrency, autorun: false });
  worker.on("completed", completed.done);
  await worker.waitUntilReady();
  return {
    async run() {
      void worker.run();
      await completed.promise;
    },
    async close() {
      await worker.close();
      connection.disconnect();
    },
  };
}
