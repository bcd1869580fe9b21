import type { App } from "../app/index.ts";
import { standardError } from "../kernel/logger.ts";
import type { WorkerSettings } from "../kernel/options/index.ts";
import { version } from "../kernel/version.ts";
import { describePlace } from "./session.ts";
import { formatFacts } from "./table.ts";
import { clip, coloured } from "./text.ts";

// Five lines of a terminal; an application of hundreds of tasks has them all in `lovage workers --json`.
const MAX_TASKS_WIDTH = 400;

/** Who begins to work. */
export interface Announcement {
  /** The worker's id; absent for a supervisor, whose children announce themselves. */
  readonly worker?: string;
  readonly settings: WorkerSettings;
  readonly processes?: number;
  readonly probePort: number | undefined;
}

/** Says on standard error who begins to work on what: a few lines for people, one log line for programs. */
export function announce(app: App, { worker, settings, processes, probePort }: Announcement): void {
  const tasks = app.tasks().flatMap(({ name, run }) => (run === undefined ? [] : [name]));
  const { queues, concurrency } = settings;
  const engine = describePlace(app);
  if (app.settings.logFormat === "json") {
    const facts = { worker, processes, version, engine, queues: queues ?? "all", tasks, concurrency, probePort };
    app.logger.log("info", worker === undefined ? "supervisor started" : "worker started", facts);
    return;
  }
  const facts = formatFacts([
    ["worker", worker],
    ["engine", engine],
    ["queues", queues?.join(", ") ?? "all"],
    ["tasks", clip(tasks.join(", "), MAX_TASKS_WIDTH)],
    ["concurrency", `${concurrency}${processes === undefined ? "" : ` in each of ${processes} processes`}`],
    ["probe", probePort === undefined ? undefined : `port ${probePort}, /live and /ready`],
  ]);
  standardError.write(`${coloured("bold", `lovage ${version}`, process.stderr)}\n${facts.replaceAll(/^/gm, "  ")}\n`);
}
