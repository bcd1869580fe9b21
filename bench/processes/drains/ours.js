import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { countdown } from "../../support/countdown.js";

export async function prepare({ url, name, concurrency }, jobs) {
  const app = lovage({ url, namespace: name, logger: silentLogger });
  const ran = countdown(jobs);
  app.task({ name: "bench.noop", run: () => ran.done() });
  app.task({ name: "bench.nap", run: () => pause(50).then(ran.done) });
  await app.start();
  const { inspect } = app.engine;
  await inspect.pause("default");
  const worker = app.worker({ concurrency });
  await worker.start();
  const succeeded = await inspect.count({ states: ["succeeded"] });
  return {
    async run() {
      await inspect.resume("default");
      await ran.promise;
      while ((await inspect.count({ states: ["succeeded"] })) < succeeded + jobs) await turn();
    },
    close: () => app.close(),
  };
}
