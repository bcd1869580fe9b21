import { describe, expect, test } from "vitest";
import { clearSandboxes, jsonLines, sandbox, TASKS } from "./sandbox.ts";

clearSandboxes();

const SCHEMA_TASKS = `
import { lovage } from "lovage";
import { z } from "zod";
export const app = lovage();
export const greet = app.task({
  name: "greet",
  queue: "hall",
  priority: 7,
  input: z.object({ userId: z.number() }),
  run: ({ userId }) => \`hello \${userId}\`,
});
`.replace('"zod"', JSON.stringify(import.meta.resolve("zod")));

describe("call", () => {
  test("stores what was asked for", async () => {
    const place = sandbox();
    const { code, stdout, stderr } = await place.run(
      [
        "call",
        "mail.send",
        '{"userId": 7}',
        "--queue",
        "mail",
        "--priority",
        "9",
        "--countdown",
        "1h",
        "--key",
        "k:7",
      ].concat(["--header", "trace=a=b", "--header", "tenant=x", "--expires", "2h", "--json"]),
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const [pushed] = jsonLines(stdout) as { id: string }[];
    expect(pushed).toEqual({ id: expect.any(String), task: "mail.send", outcome: "created" });
    const app = place.app();
    await app.start();
    const [job] = await app.engine.inspect.get([pushed?.id ?? ""]);
    expect(job).toMatchObject({
      task: "mail.send",
      queue: "mail",
      priority: 9,
      key: "k:7",
      state: "scheduled",
      input: '{"userId":7}',
      headers: { trace: "a=b", tenant: "x" },
    });
    expect((job?.dueAt ?? 0) - (job?.createdAt ?? 0)).toBe(3_600_000);
    expect((job?.expiresAt ?? 0) - (job?.createdAt ?? 0)).toBe(7_200_000);
  });

  test("an eta and no input", async () => {
    const place = sandbox();
    const { stdout } = await place.run(["call", "mail", "--eta", "2030-01-31T09:30:00Z", "--json"]);
    const [pushed] = jsonLines(stdout) as { id: string }[];
    const app = place.app();
    await app.start();
    const [job] = await app.engine.inspect.get([pushed?.id ?? ""]);
    expect(job?.dueAt).toBe(Date.UTC(2030, 0, 31, 9, 30));
    expect(job?.input).toBeUndefined();
  });

  test("the same key gives the same job, and with another input is refused", async () => {
    const place = sandbox();
    const [first] = jsonLines((await place.run(["call", "mail", "1", "--key", "k", "--json"])).stdout) as {
      id: string;
    }[];
    const second = await place.run(["call", "mail", "1", "--key", "k", "--json"]);
    expect(jsonLines(second.stdout)).toEqual([{ id: first?.id, task: "mail", outcome: "existing" }]);
    const third = await place.run(["call", "mail", "2", "--key", "k"]);
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/^error: .*key/);
  });

  test("for people it says what was made", async () => {
    const { stdout } = await sandbox().run(["call", "mail", "-"], { input: '{\n"userId": 7}\n' });
    expect(stdout).toMatch(/^created [0-9a-f-]{36} mail\n$/);
  });

  test("with --module the task's own options and schema apply", async () => {
    const place = sandbox({ "tasks.ts": SCHEMA_TASKS });
    const refused = await place.run(["call", "greet", '{"userId": "seven"}', "--module", "tasks.ts"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("userId");
    expect(refused.stderr).not.toMatch(/^\s+at /m);
    const pushed = await place.run(["call", "greet", '{"userId": 7}', "-m", "tasks.ts", "--json"]);
    const [{ id }] = jsonLines(pushed.stdout) as [{ id: string }];
    const shown = await place.run(["jobs", "show", id, "--json"]);
    expect(jsonLines(shown.stdout)).toMatchObject([{ queue: "hall", priority: 7 }]);
  });

  test("with --module an unknown task is not pushed", async () => {
    const { code, stderr } = await sandbox({ "tasks.ts": SCHEMA_TASKS }).run(["call", "great", "-m", "tasks.ts"]);
    expect(code).toBe(3);
    expect(stderr).toContain('"great" is not defined by the given modules; there are greet');
  });
});

describe("the end of a job", () => {
  test("--wait prints the result, alone on standard output", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const worker = place.start(["worker", "tasks.ts"]);
    const { code, stdout, stderr } = await place.run(["call", "math.add", '{"left": 1, "right": 2}', "--wait=20s"]);
    expect(stderr).toMatch(/^created /);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ sum: 3 });
    worker.child.kill();
  });

  test("failed: code 4, with the original error", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const { id } = await place.app().send("math.fail");
    await place.run(["drain", "tasks.ts"]);
    const human = await place.run(["result", id]);
    expect(human.code).toBe(4);
    expect(human.stdout).toBe("");
    expect(human.stderr).toMatch(/^error: Job .* of task "math.fail" failed after 1 attempt: TypeError: no way\n$/);
    const json = await place.run(["result", id, "--json"]);
    expect(json.code).toBe(4);
    expect(json.stderr).toBe("");
    expect(jsonLines(json.stdout)).toMatchObject([
      { id, task: "math.fail", state: "failed", failures: 1, error: { name: "TypeError", message: "no way" } },
    ]);
  });

  test("revoked: code 4", async () => {
    const place = sandbox();
    const result = await place.app().send("mail");
    await result.revoke({ reason: "wrong address" });
    const { code, stderr } = await place.run(["result", result.id, "--wait"]);
    expect(code).toBe(4);
    expect(stderr).toContain("wrong address");
  });

  test("not yet: code 5, at once and after a wait", async () => {
    const place = sandbox();
    const { id } = await place.app().send("mail");
    const now = await place.run(["result", id]);
    expect(now.code).toBe(5);
    expect(now.stderr).toContain("is ready. Wait for it with --wait.");
    const later = await place.run(["result", id, "--wait=100ms"]);
    expect(later.code).toBe(5);
    expect(later.stderr).toContain("did not end within 100 ms");
    const json = await place.run(["result", id, "--wait=100ms", "--json"]);
    expect(json.code).toBe(5);
    expect(jsonLines(json.stdout)).toMatchObject([{ id, state: "ready" }]);
  });

  test("an unknown id: code 3", async () => {
    const place = sandbox();
    await place.app().start();
    for (const args of [
      ["result", "nobody"],
      ["result", "nobody", "--wait"],
      ["jobs", "show", "nobody"],
    ]) {
      const { code, stderr } = await place.run(args);
      expect(code).toBe(3);
      expect(stderr).toMatch(/"nobody"/);
    }
  });

  test("without a result", async () => {
    const place = sandbox({
      "tasks.ts": 'import { defineTask } from "lovage";\nexport const quiet = defineTask({ name: "quiet", run() {} });',
    });
    const { id } = await place.app().send("quiet");
    await place.run(["drain", "tasks.ts"]);
    const { code, stdout, stderr } = await place.run(["result", id]);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain("succeeded and has no result");
  });
});
