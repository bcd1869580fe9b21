import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Supervisor } from "../../../src/worker/index.ts";
import { Database, isAlive, type Line, Program } from "../support/program.ts";
import { LogBook } from "../support/workshop.ts";
import { makeTasks, type TestTasks } from "./fixtures/tasks.ts";

let database: Database;
let tasks: TestTasks;
let program: Program | undefined;
let children: readonly number[];

beforeEach(() => {
  database = new Database();
  process.env.LOVAGE_URL = database.url;
  tasks = makeTasks(new LogBook());
  program = undefined;
  children = [];
});
afterEach(async () => {
  program?.kill("SIGKILL");
  await program?.ended();
  for (const pid of children) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await tasks.app.close();
  database.remove();
});

async function supervise(environment: Readonly<Record<string, string>> = {}) {
  program = new Program("supervisor", { LOVAGE_URL: database.url, ...environment });
  await program.line("supervising");
  return program;
}

function pidsOf(line: Line): readonly number[] {
  return Array.isArray(line.pids) ? line.pids : [];
}

/** The children, once all of them are ready and none of these is among them. */
async function readyChildren(supervisor: Program, except: readonly number[] = []): Promise<readonly number[]> {
  const since = supervisor.lines.length;
  const line = await supervisor.line(
    "children",
    (one) =>
      supervisor.lines.indexOf(one) >= since && one.ready === true && !pidsOf(one).some((pid) => except.includes(pid)),
  );
  children = [...children, ...pidsOf(line)];
  return pidsOf(line);
}

test("a child that dies is replaced; SIGTERM ends all of them warm", async () => {
  const supervisor = await supervise();
  const [first = 0, second = 0] = await readyChildren(supervisor);
  process.kill(first, "SIGKILL");
  const after = await readyChildren(supervisor, [first]);
  expect(after).toContain(second);
  expect(after).toHaveLength(2);
  expect(supervisor.find("ended unasked")).toMatchObject([{ how: "SIGKILL" }]);
  const result = await tasks.slow.delay({ ms: 500 });
  await supervisor.line("slow started");
  supervisor.kill("SIGTERM");
  expect(await supervisor.ended()).toEqual({ code: 0, signal: null });
  expect(await result.state()).toBe("succeeded");
  expect(after.filter(isAlive)).toEqual([]);
});

test("a second SIGTERM ends them cold", async () => {
  const supervisor = await supervise({ TEST_PROCESSES: "1" });
  await readyChildren(supervisor);
  const result = await tasks.slow.delay({ ms: 60_000 });
  await supervisor.line("slow started");
  supervisor.kill("SIGTERM");
  await supervisor.line("signal");
  supervisor.kill("SIGTERM");
  expect(await supervisor.ended()).toMatchObject({ code: 0 });
  expect(await result.state()).toBe("ready");
});

test("killed itself, it leaves no orphans", async () => {
  const supervisor = await supervise();
  const pids = await readyChildren(supervisor);
  supervisor.kill("SIGKILL");
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 50 });
});

test("a child that has done enough is replaced at once, and that is no accident", async () => {
  const supervisor = await supervise({ TEST_PROCESSES: "1", TEST_WORKER_OPTIONS: '{"maxJobs":1}' });
  const [first = 0] = await readyChildren(supervisor);
  const one = await tasks.slow.delay({ ms: 0 });
  expect(await one.get({ timeout: "20s" })).toBe(`slept in ${first}`);
  const [second = 0] = await readyChildren(supervisor, [first]);
  const two = await tasks.slow.delay({ ms: 0 });
  expect(await two.get({ timeout: "20s" })).toBe(`slept in ${second}`);
  expect(supervisor.find("ended unasked")).toEqual([]);
});

test("a child that dies at its start is told twice at the most, and started ever less often", async () => {
  const logger = new LogBook();
  const modulePath = fileURLToPath(new URL("./fixtures/dies.ts", import.meta.url));
  const supervisor = new Supervisor({ processes: 1, modulePath, argv: [], graceMs: 1_000, logger });
  await supervisor.start();
  await vi.waitFor(() => expect(logger.find("ended soon after its start again")).toHaveLength(1), 25_000);
  await supervisor.stop();
  expect(supervisor.live).toBe(false);
  const told = logger.lines.filter(({ level }) => level === "error");
  expect(told.map(({ message }) => message)).toEqual([
    "a worker process ended unasked before it was ready",
    expect.stringContaining("keeps ending soon after its start"),
  ]);
  expect(told[0]?.fields).toMatchObject({ how: "exit code 3" });
});

test("a number of processes that is none is refused", () => {
  const options = { modulePath: "x", argv: [], graceMs: 0, logger: new LogBook() };
  expect(() => new Supervisor({ ...options, processes: 0 })).toThrow("processes is 0");
});
