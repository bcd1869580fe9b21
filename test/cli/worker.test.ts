import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { REPEAT_WINDOW_MS } from "../../src/cli/stop-signals.ts";
import type { WorkerStatistics } from "../../src/engine/index.ts";
import { clearSandboxes, eventually, jsonLines, type Running, type Sandbox, sandbox, TASKS } from "./sandbox.ts";

clearSandboxes();

const STARTED = /concurrency/;

/** The workers that the engine knows, by their process ids. */
async function workersOf(place: Sandbox): Promise<() => Promise<readonly WorkerStatistics[]>> {
  const app = place.app();
  await app.start();
  return () => app.engine.inspect.workers();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function startSupervised(place: Sandbox, args: readonly string[] = []): Promise<Running> {
  const running = place.start(["worker", "tasks.ts", "--processes", "2", ...args]);
  await running.says(STARTED);
  await eventually(async () => (running.log.match(/worker started/g) ?? []).length >= 2);
  return running;
}

describe("one process", () => {
  test("says who it is, and takes the options of the command line", async () => {
    const place = sandbox({ "src/feeds/tasks.ts": TASKS });
    const running = place.start([
      "worker",
      "src/**/tasks.ts",
      "--concurrency",
      "3",
      "--queues",
      "mail,default",
      "--name",
      "tester",
    ]);
    await running.says(STARTED);
    expect(running.log).toMatch(/engine +sqlite:lovage.db \(namespace lovage\)/);
    expect(running.log).toMatch(/tasks +math.add, math.fail, sleep/);
    const { stdout } = await place.run(["workers", "--json"]);
    expect(jsonLines(stdout)).toEqual([
      {
        id: expect.stringMatching(/^tester:/),
        host: expect.any(String),
        pid: running.pid,
        version: expect.any(String),
        queues: ["mail", "default"],
        tasks: ["math.add", "math.fail", "sleep"],
        concurrency: 3,
        active: 0,
        startedAt: expect.stringMatching(/Z$/),
        leaseUntil: expect.stringMatching(/Z$/),
        lapsed: false,
      },
    ]);
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stdout: "" });
    expect(await (await workersOf(place))()).toEqual([]);
  });

  test("lines that nobody takes any more are lost, and the jobs are not", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts"]);
    await running.says(STARTED);
    running.child.stderr?.destroy();
    const app = place.app();
    await expect((await app.send("math.fail")).get({ timeout: "20s" })).rejects.toMatchObject({ code: "JOB_FAILED" });
    const sum = await app.send("math.add", { left: 2, right: 3 });
    expect(await sum.get({ timeout: "20s" })).toEqual({ sum: 5 });
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
  });

  test("SIGTERM is warm: a running job ends, another is not begun", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--concurrency", "1"]);
    const app = place.app();
    const first = await app.send("sleep", 3_000);
    await running.says(/sleeping/);
    const second = await app.send("sleep", 0);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
    expect(running.log).toContain("SIGTERM: running jobs may finish");
    expect(await first.state()).toBe("succeeded");
    expect(await second.state()).toBe("ready");
  });

  test("a second signal is cold: a running job is given back at once", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts"]);
    const job = await place.app().send("sleep", 600_000);
    await running.says(/sleeping/);
    running.child.kill("SIGINT");
    await running.says(/SIGINT: running jobs may finish/);
    await pause(REPEAT_WINDOW_MS + 50);
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(0);
    expect(running.log).toContain("SIGINT: stopping at once");
    expect(await job.state()).toBe("ready");
    expect((await job.snapshot()).attempt).toBe(1);
  });

  test("a signal that comes twice at once, from npm and from its group, is one: the stop stays warm", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts"]);
    const job = await place.app().send("sleep", 2_000);
    // Claimed is not yet begun: what a stop finds claimed only, it gives back.
    await running.says(/sleeping/);
    // Two of a kind could reach the process as one.
    running.child.kill("SIGTERM");
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(0);
    expect(running.log.match(/once more to stop at once/g)).toHaveLength(1);
    expect(await job.state()).toBe("succeeded");
  });

  test("a short grace ends a warm stop", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--grace", "100ms"]);
    const job = await place.app().send("sleep", 600_000);
    await running.says(/sleeping/);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
    expect(await job.state()).toBe("ready");
  });

  test("with --log json every line is a document", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--log", "json"]);
    await running.says(/worker started/);
    await place.app().send("math.fail");
    await running.says(/no way/);
    running.child.kill("SIGTERM");
    await running.ended;
    const lines = jsonLines(running.log) as { message: string }[];
    expect(lines[0]).toMatchObject({ level: "info", message: "worker started", queues: "all", concurrency: 10 });
    expect(lines.find(({ message }) => message === "job failed")).toMatchObject({ task: "math.fail", attempt: 1 });
  });

  test("answers a probe while it works", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--probe", "0"]);
    const [, port] = await running.says(/probe +port (\d+)/);
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect(ready.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/live`)).status).toBe(200);
    running.child.kill("SIGTERM");
    await running.ended;
    await expect(fetch(`http://127.0.0.1:${port}/live`)).rejects.toThrow();
  });
});

describe("drain", () => {
  test("runs what is there and what that pushes, and says so", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const app = place.app();
    await Promise.all([app.send("math.add", { left: 1, right: 2 }), app.send("math.fail")]);
    await app.send("math.add", {}, { countdown: "1h" });
    const { code, stdout } = await place.run(["drain", "tasks.ts"]);
    expect(code).toBe(0);
    expect(stdout).toBe("1 succeeded, 1 failed\n");
    expect((await place.run(["drain", "tasks.ts"])).stdout).toBe("Nothing to do.\n");
  });

  test("ends with code 5 when the time runs out", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const job = await place.app().send("sleep", 600_000);
    const { code, stderr } = await place.run(["drain", "tasks.ts", "--timeout", "200ms", "--grace", "0"]);
    expect(stderr).toContain("The time ran out");
    expect(code).toBe(5);
    expect(await job.state()).toBe("ready");
  });
});

describe("several processes", () => {
  test("run jobs, and end together at SIGTERM", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = await startSupervised(place, ["--concurrency", "1"]);
    const workers = await workersOf(place);
    const pids = (await workers()).map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(running.pid);
    const app = place.app();
    const results = await Promise.all([app.send("sleep", 2_000), app.send("sleep", 2_000)]);
    // One job each at a time, so both processes are needed for both.
    expect(new Set(await Promise.all(results.map((result) => result.get())))).toEqual(new Set(pids));
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await workers()).toEqual([]);
  });

  test("a killed child is replaced, and its job runs elsewhere", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = await startSupervised(place);
    const workers = await workersOf(place);
    const job = await place.app().send("sleep", 3_000);
    const snapshot = await eventually(async () => {
      const now = await job.snapshot();
      return now.state === "active" ? now : undefined;
    });
    const victim = Number(snapshot.worker.split(":")[1]);
    process.kill(victim, "SIGKILL");
    await running.says(/a worker process ended unasked.*SIGKILL/);
    const survivor = await job.get({ timeout: "25s" });
    expect(survivor).not.toBe(victim);
    await eventually(async () => (await workers()).filter(({ pid }) => pid !== victim).length === 2);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });

  test("kill -9 of the supervisor leaves no orphan", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = await startSupervised(place);
    const pids = (await (await workersOf(place))()).map(({ pid }) => pid);
    expect(pids.every(isAlive)).toBe(true);
    running.child.kill("SIGKILL");
    await running.ended;
    await eventually(async () => !pids.some(isAlive));
  });

  test("--max-jobs replaces a process by a fresh one", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--max-jobs", "2"]);
    await running.says(/worker started/);
    const app = place.app();
    const pids: unknown[] = [];
    for (let job = 0; job < 4; job += 1) pids.push(await (await app.send("sleep", 0)).get());
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(running.pid);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
  });

  test("what would end every child ends the supervisor, with its reason", async () => {
    const place = sandbox({
      "tasks.ts": TASKS,
      "lovage.db": "This is a text of more than a hundred bytes, which SQLite does not take. ".repeat(20),
    });
    const { code, stderr } = await place.run(["worker", "tasks.ts", "--processes", "2"]);
    expect(stderr).toContain("is not a SQLite database");
    expect(code).toBe(6);
    const many = await place.run(["worker", "tasks.ts", "--processes", "0", "--url", "sqlite:other.db"]);
    expect(many.stderr).toContain("processes is 0");
    expect(many.code).toBe(2);
  });

  test("an engine inside one process is refused", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const { code, stderr } = await place.run(["worker", "tasks.ts", "--processes", "2", "--url", "memory:"]);
    expect(stderr).toContain("lives inside one process");
    expect(code).toBe(2);
  });

  test("Ctrl-C reaches the whole group, and is told of once", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = await startSupervised(place);
    process.kill(-running.pid, "SIGINT");
    expect((await running.ended).code).toBe(0);
    expect(running.log.match(/SIGINT/g)).toHaveLength(1);
    expect(running.log).not.toContain("unasked");
  });

  test("a signal while the children start ends them as well", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = place.start(["worker", "tasks.ts", "--processes", "2"]);
    await running.says(STARTED);
    // The children are loading: some moment of it, by chance.
    await pause(Math.random() * 300);
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(0);
    expect(await (await workersOf(place))()).toEqual([]);
  });
});
