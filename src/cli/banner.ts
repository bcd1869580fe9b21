import type { App } from "../app/index.ts";
import { version } from "../kernel/version.ts";
import type { Worker } from "../worker/index.ts";
import { describePlace } from "./session.ts";
import { formatFacts } from "./table.ts";
import { coloured } from "./text.ts";

/** Says on standard error who begins to work on what: a few lines for people, one log line for programs. */
export function announce(app: App, worker: Worker): void {
  const tasks = app.tasks().flatMap(({ name, run }) => (run === undefined ? [] : [name]));
  const { queues, concurrency } = worker.settings;
  const engine = describePlace(app);
  if (app.settings.logFormat === "json") {
    const facts = { worker: worker.id, version, engine, queues: queues ?? "all", tasks, concurrency };
    app.logger.log("info", "worker started", facts);
    return;
  }
  const facts = formatFacts([
    ["worker", worker.id],
    ["engine", engine],
    ["queues", queues?.join(", ") ?? "all"],
    ["tasks", tasks.join(", ")],
    ["concurrency", String(concurrency)],
  ]);
  process.stderr.write(`${coloured("bold", `lovage ${version}`, process.stderr)}\n${facts.replaceAll(/^/gm, "  ")}\n`);
}
