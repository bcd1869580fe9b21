import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { childOptions, serve } from "../support/child.js";
import type { Place } from "../support/place.ts";
import { preciseNow } from "../support/process.ts";
import { pushAhead, pushLists, pushPaced, pushTogether, StartTimes } from "../support/pushing.ts";

interface Options extends Place {
  readonly concurrency?: number;
}

const { url, name, concurrency = 10 } = childOptions<Options>();
// As BullMQ asks of the connection of a worker.
const connection = new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue(name, { connection });
const starts = new StartTimes();
let worker: Worker | undefined;
let events: QueueEvents | undefined;

async function listening(): Promise<QueueEvents> {
  events ??= new QueueEvents(name, { connection });
  await events.waitUntilReady();
  return events;
}

serve(
  {
    pushBulk: ({ task = "noop", ...count }: { jobs: number; size: number; task?: string }) =>
      pushLists(count, (inputs) => queue.addBulk(inputs.map((data) => ({ name: task, data })))),
    pushEach: (count: { jobs: number; size: number }) => pushTogether(count, (data) => queue.add("noop", data)),
    async pushPaced({ wait, ...count }: { jobs: number; everyMs: number; wait: boolean }) {
      const ends = wait ? await listening() : undefined;
      return pushPaced(count, async (data) => {
        const job = await queue.add("stamp", data);
        if (ends !== undefined) await job.waitUntilFinished(ends);
      });
    },
    pushAhead: (count: { jobs: number; leadMs: number; overMs: number }) =>
      pushAhead(count, (inputs) =>
        queue.addBulk(
          inputs.map((data) => ({ name: "stamp", data, opts: { delay: Math.round(data.startableAt - preciseNow()) } })),
        ),
      ),
    async startWorker() {
      worker = new Worker(name, async (job) => starts.note(job.data), { connection, concurrency });
      await worker.waitUntilReady();
    },
    takeLatencies: () => starts.take(),
    counted: () => ({ started: starts.started }),
  },
  async () => {
    await worker?.close();
    await events?.close();
    await queue.close();
    connection.disconnect();
  },
);
