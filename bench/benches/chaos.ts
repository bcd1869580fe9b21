import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { lovage, silentLogger } from "lovage";
import { BenchProcess, withFolder } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";

const WORKERS = 4;
const KILL_EVERY_MS = 300;

interface Account {
  /** Runs per job that began. */
  readonly starts: ReadonlyMap<string, readonly { readonly pid: number; readonly fence: number }[]>;
}

/** Four workers, one of them killed every 300 ms: what became of every job, and why any ran twice. */
export async function chaos({ smoke, report }: BenchContext): Promise<void> {
  const durationMs = smoke ? 10_000 : 60_000;
  const jobs = smoke ? 1_500 : 10_000;
  await withFolder(async (folder) => {
    const url = `sqlite:${join(folder, "chaos.db")}`;
    const accountFile = join(folder, "account.log");
    const app = lovage({ url, logger: silentLogger });
    const task = app.task({ name: "chaos.work", run: undefined as ((input: { index: number }) => void) | undefined });
    const ids = new Set<string>();
    const killing = killRandomly(url, accountFile, durationMs);
    await pushPaced(jobs, durationMs, async (index) => void ids.add((await task.delay({ index })).id));
    const { killed, workers } = await killing;
    await settled(app, jobs);
    await Promise.all([...workers].map((worker) => worker.stop()));
    const states = await countStates(app);
    await app.close();
    const account = readAccount(await readFile(accountFile, "utf8"));
    const repeats = [...account.starts.values()].filter((runs) => runs.length > 1);
    const unexplained = repeats.filter((runs) => runs.slice(0, -1).some(({ pid }) => !killed.has(pid)));
    const one = { unit: "jobs", runs: 1 };
    report({ metric: "succeeded", ...one, ours: states.succeeded, goal: { of: "ours", least: jobs, most: jobs } });
    report({ metric: "failed, as poison or otherwise", ...one, ours: states.failed, goal: { of: "ours", most: 0 } });
    report({
      metric: "lost",
      ...one,
      ours: [...ids].filter((id) => !account.starts.has(id)).length,
      goal: { of: "ours", most: 0 },
    });
    report({ metric: `ran more than once (${killed.size} kills)`, ...one, ours: repeats.length });
    report({
      metric: "ran more than once without a kill of the earlier worker",
      ...one,
      ours: unexplained.length,
      goal: { of: "ours", most: 0 },
    });
  });
}

async function killRandomly(
  url: string,
  account: string,
  durationMs: number,
): Promise<{ killed: Set<number>; workers: Set<BenchProcess> }> {
  const startWorker = (): Promise<BenchProcess> => BenchProcess.start("chaos-worker.ts", { url, account });
  const workers = new Set(await Promise.all(Array.from({ length: WORKERS }, startWorker)));
  const replacements = new Set<Promise<void>>();
  const killed = new Set<number>();
  const replace = async (victim: BenchProcess): Promise<void> => {
    workers.delete(victim);
    killed.add(victim.pid);
    await victim.stop("SIGKILL");
    workers.add(await startWorker());
  };
  const begin = performance.now();
  // By the clock, not after each start: a replacement that takes long to start must not slow the killing.
  for (let kill = 1; kill * KILL_EVERY_MS < durationMs; kill += 1) {
    await pause(Math.max(0, begin + kill * KILL_EVERY_MS - performance.now()));
    const victim = [...workers][Math.floor(Math.random() * workers.size)];
    if (victim === undefined) continue;
    const replacement = replace(victim);
    replacements.add(replacement);
    void replacement.finally(() => replacements.delete(replacement));
  }
  await Promise.all(replacements);
  return { killed, workers };
}

async function pushPaced(jobs: number, durationMs: number, push: (index: number) => Promise<void>): Promise<void> {
  const begin = performance.now();
  for (let index = 0; index < jobs; index += 1) {
    await push(index);
    const dueMs = begin + (index / jobs) * durationMs * 0.9 - performance.now();
    if (dueMs > 1) await pause(dueMs);
  }
}

async function settled(app: ReturnType<typeof lovage>, jobs: number): Promise<void> {
  for (const end = performance.now() + 120_000; performance.now() < end; await pause(100)) {
    const states = await countStates(app);
    if (states.succeeded + states.failed >= jobs) return;
  }
}

async function countStates(app: ReturnType<typeof lovage>): Promise<{ succeeded: number; failed: number }> {
  const [succeeded, failed] = await Promise.all([
    app.engine.inspect.count({ states: ["succeeded"] }),
    app.engine.inspect.count({ states: ["failed"] }),
  ]);
  return { succeeded, failed };
}

function readAccount(text: string): Account {
  const starts = new Map<string, { pid: number; fence: number }[]>();
  for (const line of text.split("\n")) {
    const [id, what, pid, fence] = line.split(" ");
    if (id === undefined || what !== "start") continue;
    const runs = starts.get(id) ?? [];
    runs.push({ pid: Number(pid), fence: Number(fence) });
    starts.set(id, runs);
  }
  return { starts };
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
