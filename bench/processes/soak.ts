import { lovage, silentLogger } from "lovage";
import { childOptions, serve } from "../support/child.js";
import type { Place } from "../support/place.ts";
import { type Input, inputNow } from "../support/pushing.ts";

interface Options extends Place {
  readonly retained: number;
}

// Every so many jobs one of a kind that leaves more behind than a plain one.
const KEYED = 20;
const FAILING = 50;
const LATER = 100;
const AWAITED = 200;

const { url, name, retained } = childOptions<Options>();
const app = lovage({
  url,
  namespace: name,
  logger: silentLogger,
  retention: { max: retained },
  task: { keyTtl: "1s" },
});

const work = app.task({
  name: "soak.work",
  retry: { max: 1, backoff: "100ms" },
  run: ({ padding }: Input, { attempt, progress }) => {
    if (padding.startsWith("fail") && attempt === 1) throw new Error("The first attempt fails.");
    if (padding.startsWith("fail")) progress({ done: 1 });
    return { attempt };
  },
});

let pushed = 0;

function pushOne(): Promise<unknown> {
  pushed += 1;
  const input = inputNow();
  if (pushed % AWAITED === 0) return work.delay(input).then((result) => result.get());
  if (pushed % LATER === 0) return work.delay(input, { countdown: "100ms" });
  if (pushed % FAILING === 0) return work.delay({ ...input, padding: `fail${input.padding}` });
  if (pushed % KEYED === 0) return work.delay(input, { key: `soak-${process.pid}-${pushed}` });
  return work.delay(input);
}

serve(
  {
    async startWorker() {
      await app.worker({ concurrency: 200 }).start();
    },
    async push({ jobs }: { jobs: number }) {
      await Promise.all(Array.from({ length: jobs }, pushOne));
    },
    memory: () => ({ rss: process.memoryUsage.rss() }),
  },
  () => app.close(),
);
