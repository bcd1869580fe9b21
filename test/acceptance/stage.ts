import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, onTestFinished } from "vitest";
import { newId } from "../../src/kernel/id.ts";
import { ProcessGroup } from "../support/process-group.ts";
import { type Requirement, testRequiring } from "../support/requirement.ts";
import { findPostgres, findRedis } from "../support/servers/index.ts";
import { askRedis } from "../support/servers/resp.ts";
import { askPostgres } from "../support/servers/sql.ts";
import { until as untilAnswered } from "../support/until.ts";
import { makeTasks, type Place, type Tasks } from "./tasks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE_MS = 30_000;

/** What a task said. */
export interface Said {
  readonly event: string;
  readonly id: string;
  readonly pid: number;
  readonly [fact: string]: unknown;
}

export interface WorkerOptions {
  readonly concurrency?: number;
  readonly grace?: string;
  readonly processes?: number;
  readonly skewMs?: number;
  readonly isRareKnown?: boolean;
  /** Options of Node. */
  readonly node?: readonly string[];
}

/** One scenario: a store of its own, worker processes on it, and this process, which pushes. */
export class Stage {
  readonly tasks: Tasks;
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
    this.tasks = makeTasks({ ...place, isSilent: true });
    onTestFinished(() => this.tasks.app.close());
  }

  /** What the tasks have said of this event so far. */
  heard(event: string): readonly Said[] {
    const lines = readFileSync(this.#place.log, "utf8").split("\n").filter(Boolean);
    return lines.map((line): Said => JSON.parse(line)).filter((said) => said.event === event);
  }

  /** Waits until tasks have said this so often. */
  hears(event: string, times: number = 1): Promise<readonly Said[]> {
    return until(`"${event}" is said ${times} times`, () => {
      const said = this.heard(event);
      return said.length >= times ? said : undefined;
    });
  }

  /** Starts `lovage worker`, and waits until it runs. */
  async worker(options: WorkerOptions = {}): Promise<ProcessGroup> {
    const { concurrency = 4, grace = "20s", processes, node = [] } = options;
    const file = "test/acceptance/worker-tasks.ts";
    const command = [process.execPath, ...node, "bin/lovage.js", "worker", file, "--log", "json", "--grace", grace];
    const more = processes === undefined ? [] : ["--processes", String(processes)];
    const given = [...command, "--concurrency", String(concurrency), ...more];
    const worker = new ProcessGroup(given, { cwd: root, env: this.#environment(options) });
    onTestFinished(() => worker.end());
    await until(
      "the worker runs",
      () => worker.output.includes('"worker started"') || worker.output.includes("supervisor started") || undefined,
    );
    return worker;
  }

  #environment({ skewMs = 0, isRareKnown = false }: WorkerOptions): Record<string, string> {
    const { url, namespace, log } = this.#place;
    return {
      ...{ ACCEPTANCE_URL: url, ACCEPTANCE_NAMESPACE: namespace, ACCEPTANCE_LOG: log },
      ...{ ACCEPTANCE_SKEW_MS: String(skewMs), ACCEPTANCE_RARE: isRareKnown ? "1" : "" },
      NODE_OPTIONS: "--conditions=lovage-source",
    };
  }
}

/** Asks a worker to stop, and waits until it has heard that: from then on it takes nothing more. */
export async function stopWarm(worker: ProcessGroup): Promise<void> {
  worker.signalAll("SIGTERM");
  await until("it is heard", () => worker.output.includes("running jobs may finish") || undefined);
}

/** As `until` of the tests' support, with the patience that several processes on a busy machine need. */
export function until<Answer>(
  what: string,
  ask: () => Answer | undefined | Promise<Answer | undefined>,
): Promise<Answer> {
  return untilAnswered(what, ask, PATIENCE_MS);
}

interface Store extends Requirement {
  readonly url: () => string;
  /** Removes what a namespace holds. */
  readonly clear: (namespace: string) => Promise<unknown>;
}

const DELETE_KEYS = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('UNLINK', key) end";

const redis = await findRedis();
const postgres = await findPostgres();

const stores: readonly Store[] = [
  {
    ...{ name: "sqlite", met: true, install: "" },
    url: () => `sqlite:${join(newFolder(), "jobs.db")}`,
    clear: async () => {},
  },
  {
    ...redis,
    url: () => redis.url,
    clear: (namespace) => askRedis(redis.url, "EVAL", DELETE_KEYS, "0", `lovage:{${namespace}}:*`),
  },
  {
    ...postgres,
    url: () => postgres.url,
    clear: (namespace) => askPostgres(postgres.url, `DROP SCHEMA IF EXISTS lovage_${namespace} CASCADE`),
  },
];

/** Runs each scenario, a line of the list, on every store. */
export function acceptance(title: string, scenarios: Readonly<Record<string, (stage: Stage) => Promise<void>>>): void {
  for (const store of stores) {
    describe(`${title}, on ${store.name}`, () => {
      for (const [name, scenario] of Object.entries(scenarios))
        testRequiring(store)(
          name,
          () => {
            const namespace = `a${newId().slice(-12)}`;
            onTestFinished(async () => void (await store.clear(namespace)));
            return scenario(stageOn(store.url(), namespace));
          },
          2 * PATIENCE_MS,
        );
    });
  }
}

/** A stage on any store. */
export function stageOn(url: string, namespace: string = "lovage"): Stage {
  const log = join(newFolder(), "said.jsonl");
  writeFileSync(log, "");
  return new Stage({ url, namespace, log });
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-acceptance-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
