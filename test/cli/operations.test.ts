import { describe, expect, test } from "vitest";
import { clearSandboxes, eventually, jsonLines, type Running, type Sandbox, sandbox, TASKS } from "./sandbox.ts";

clearSandboxes();

async function startWorker(place: Sandbox, args: readonly string[] = []): Promise<Running> {
  const running = place.start(["worker", "tasks.ts", ...args]);
  await running.says(/concurrency/);
  return running;
}

describe("queues", () => {
  test("are listed with depth, oldest and pause", async () => {
    const place = sandbox();
    const app = place.app();
    await Promise.all([
      app.send("mail", 1, { queue: "mail" }),
      app.send("mail", 2, { queue: "mail" }),
      app.send("mail", 3, { queue: "mail", countdown: "1h" }),
      app.send("feed"),
    ]);
    await app.engine.inspect.pause("mail");
    const { code, stdout } = await place.run(["queues"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^QUEUE +READY +ACTIVE +SCHEDULED +WAITING +OLDEST/);
    expect(stdout).toMatch(/^mail +2 +0 +1 +0 +[\d.]+ m?s +paused$/m);
    const json = await place.run(["queues", "list", "--json"]);
    expect(jsonLines(json.stdout)).toContainEqual({
      queue: "mail",
      paused: true,
      scheduled: 1,
      ready: 2,
      active: 0,
      waiting: 0,
      oldestReadyAt: expect.stringMatching(/Z$/),
      oldestReadyAgeMs: expect.any(Number),
    });
  });

  test("are paused and resumed", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const job = await place.app().send("math.add", { left: 1, right: 2 });
    const paused = await place.run(["queues", "pause", "default", "other", "--json"]);
    expect(paused.code).toBe(0);
    expect(jsonLines(paused.stdout)).toEqual([
      { queue: "default", operation: "pause" },
      { queue: "other", operation: "pause" },
    ]);
    await place.run(["drain", "tasks.ts"]);
    expect(await job.state()).toBe("ready");
    expect((await place.run(["queues", "resume", "default"])).stdout).toBe("resumed default\n");
    await place.run(["drain", "tasks.ts"]);
    expect(await job.state()).toBe("succeeded");
  });

  test("are purged, after a question", async () => {
    const place = sandbox();
    const app = place.app();
    await Promise.all([
      app.send("mail"),
      app.send("mail", 1, { countdown: "1h" }),
      app.send("feed", 1, { queue: "feeds" }),
    ]);
    expect((await place.run(["queues", "purge", "default", "--dry-run"])).stdout).toBe(
      "2 jobs of default would be removed\n",
    );
    const refused = await place.run(["queues", "purge", "default"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('remove 2 jobs of queue "default"? There is no terminal');
    const done = await place.run(["queues", "purge", "default", "--yes", "--json"]);
    expect(done.code).toBe(0);
    expect(jsonLines(done.stdout)).toEqual([{ queue: "default", operation: "purge", dryRun: false, removed: 2 }]);
    expect((await place.run(["queues", "purge", "default", "--yes"])).code).toBe(3);
    expect(await app.engine.inspect.count({})).toBe(1);
  });
});

test("workers: none, as a table and as nothing", async () => {
  const place = sandbox();
  await place.app().start();
  const human = await place.run(["workers"]);
  expect(human).toMatchObject({ code: 0, stdout: "" });
  expect(human.stderr).toContain("No workers.");
  expect(await place.run(["workers", "--json"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

describe("migrate", () => {
  test("says what would be done, does it, and finds it done", async () => {
    const place = sandbox();
    const dry = await place.run(["migrate", "--dry-run", "--json"]);
    expect(dry.code).toBe(0);
    const [report] = jsonLines(dry.stdout) as { to: number; applied: string[] }[];
    expect(report).toMatchObject({ dryRun: true, from: 0 });
    expect(report?.applied.length).toBeGreaterThan(0);
    const done = await place.run(["migrate", "--json"]);
    expect(jsonLines(done.stdout)).toEqual([{ ...report, dryRun: false }]);
    for (const args of [["migrate"], ["migrate", "--dry-run"]]) {
      expect((await place.run(args)).stdout).toMatch(/is up to date at version \d+\.\n$/);
    }
  });

  test("another namespace of the same file has not been migrated", async () => {
    const place = sandbox();
    await place.run(["migrate"]);
    const { stdout } = await place.run(["migrate", "--dry-run", "--namespace", "second", "--json"]);
    expect(jsonLines(stdout)).toMatchObject([{ from: 0 }]);
  });
});

describe("doctor", () => {
  interface Report {
    readonly ok: boolean;
    readonly findings: readonly { readonly check: string; readonly ok: boolean; readonly detail: string }[];
  }

  async function examine(
    place: Sandbox,
    args: readonly string[] = [],
  ): Promise<{ code: number | null; report: Report }> {
    const { code, stdout, stderr } = await place.run(["doctor", "--json", ...args]);
    expect(stderr).toBe("");
    const [report] = jsonLines(stdout) as Report[];
    if (report === undefined) throw new Error("doctor said nothing.");
    return { code, report };
  }

  function failing({ findings }: Report): string[] {
    return findings.filter(({ ok }) => !ok).map(({ check, detail }) => `${check}: ${detail}`);
  }

  test("finds nothing where a worker knows the tasks", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    await startWorker(place);
    const { code, report } = await examine(place);
    expect(failing(report)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(code).toBe(0);
    expect(report.findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["node", "engine", "schema", "integrity", "clock", "workers"]),
    );
    const { stdout } = await place.run(["doctor"]);
    expect(stdout).toMatch(/^ok {4}node +Node \d+/);
  });

  test("names tasks that no live worker of the queue knows", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    await startWorker(place, ["--queues", "default"]);
    const app = place.app();
    // The second is known, but not to a worker of its queue.
    await Promise.all([app.send("mail.sned"), app.send("math.add", { left: 1, right: 2 }, { queue: "mail" })]);
    await app.send("mail.sned", 1, { countdown: "1h" });
    const { code, report } = await examine(place);
    expect(failing(report).sort()).toEqual([
      'queue: 1 job of "math.add" in "mail" waits for a worker that knows the task',
      'queue: 2 jobs of "mail.sned" in "default" wait for a worker that knows the task',
    ]);
    expect(code).toBe(1);
  });

  test("tells of paused queues with jobs, and of no worker", async () => {
    const place = sandbox();
    const app = place.app();
    await app.send("mail");
    await app.engine.inspect.pause("default");
    const { report } = await examine(place);
    expect(failing(report)).toEqual(
      expect.arrayContaining([
        "workers: 0 live workers: nothing will run",
        'queue: "default" is paused, with 1 ready job: lovage queues resume default',
      ]),
    );
  });

  test("tells of a worker whose lease has lapsed", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const running = await startWorker(place);
    running.child.kill("SIGKILL");
    await running.ended;
    const details = await eventually(async () => {
      const { report } = await examine(place);
      return report.findings.find(({ check, ok }) => check === "workers" && !ok)?.detail;
    });
    expect(details).toBe("0 live workers, 1 whose lease has lapsed: nothing will run");
  });

  test("goes as far as a broken store allows", async () => {
    const missing = await examine(sandbox());
    expect(missing.code).toBe(1);
    expect(failing(missing.report)).toEqual([expect.stringContaining("schema: there is no store at sqlite:lovage.db")]);
    const broken = await examine(sandbox({ "lovage.db": "no database, but long enough to be looked at. ".repeat(40) }));
    expect(broken.code).toBe(1);
    expect(failing(broken.report)).toEqual([expect.stringContaining("is not a SQLite database")]);
    const memory = await examine(sandbox(), ["--url", "memory:"]);
    expect(failing(memory.report)[0]).toContain("no other process can reach it");
  });
});
