import { chain, chord } from "lovage";
import { describe, expect, test } from "vitest";
import { testRequiring } from "../support/requirement.ts";
import { clearSandboxes, jsonLines, type Sandbox, sandbox, TASKS } from "./sandbox.ts";
import { onTerminal, terminal } from "./terminal.ts";

clearSandboxes();

/** A store with a failed job, two that wait, and one for later. */
async function filled(): Promise<{ place: Sandbox; failed: string; waiting: readonly string[]; later: string }> {
  const place = sandbox({ "tasks.ts": TASKS });
  const app = place.app();
  const failed = (await app.send("math.fail")).id;
  await place.run(["drain", "tasks.ts"]);
  const waiting = await Promise.all([
    app.send("math.add", { left: "secret", right: 1 }, { headers: { trace: "t" } }),
    app.send("mail\u202egnp", undefined, { queue: "mail" }),
  ]);
  const later = (await app.send("math.add", { left: 1, right: 1 }, { countdown: "1h" })).id;
  return { place, failed, waiting: waiting.map(({ id }) => id), later };
}

describe("list", () => {
  test("newest first, as a table and as a document a line", async () => {
    const { place, failed, waiting, later } = await filled();
    const { code, stdout } = await place.run(["jobs", "list"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ID +TASK +QUEUE +STATE +FAILURES +AGE/);
    expect(lines.slice(1).map((line) => line.split(" ")[0])).toEqual([later, waiting[1], waiting[0], failed]);
    expect(lines[1]).toMatch(/scheduled .*due in (59 m|1 h)/);
    expect(lines[4]).toMatch(/failed +1 .*TypeError: no way/);
    // Aligned: every state begins in the column of its title.
    const column = lines[0]?.indexOf("STATE") ?? 0;
    for (const line of [lines[1], lines[3], lines[4]]) expect(line?.slice(column - 1, column + 1)).toMatch(/^ \w/);
    // A character that turns the direction of writing is shown, not obeyed.
    expect(stdout).toContain("mail\\u{202e}gnp");
    const json = await place.run(["jobs", "list", "--json"]);
    expect(jsonLines(json.stdout)).toHaveLength(4);
    expect(jsonLines(json.stdout)[3]).toEqual({
      id: failed,
      task: "math.fail",
      queue: "default",
      state: "failed",
      version: expect.any(Number),
      priority: 5,
      ack: "late",
      failures: 1,
      crashes: 0,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      worker: expect.any(String),
      error: { name: "TypeError", message: "no way" },
    });
  });

  test("by task, queue and state, page by page", async () => {
    const { place, failed, waiting, later } = await filled();
    const ids = async (...args: string[]): Promise<unknown[]> => {
      const { stdout } = await place.run(["jobs", "list", "--json", ...args]);
      return jsonLines(stdout).map((job) => (job as { id: string }).id);
    };
    expect(await ids("--state", "failed")).toEqual([failed]);
    expect(await ids("--state", "ready,scheduled", "--task", "math.add")).toEqual([later, waiting[0]]);
    expect(await ids("--queue", "mail")).toEqual([waiting[1]]);
    expect(await ids("--state", "succeeded")).toEqual([]);
    expect(await ids("--limit", "2")).toEqual([later, waiting[1]]);
    expect(await ids("--limit", "2", "--after", waiting[1] ?? "")).toEqual([waiting[0], failed]);
    const page = await place.run(["jobs", "list", "--limit", "2"]);
    expect(page.stderr).toContain(`--after ${waiting[1]}`);
  });
});

describe("show", () => {
  test("hides the input unless its task is loaded, or it is asked for", async () => {
    const { place, waiting } = await filled();
    const id = waiting[0] ?? "";
    const hidden = await place.run(["jobs", "show", id]);
    expect(hidden.code).toBe(0);
    expect(hidden.stdout).toMatch(/input +hidden: its task is not loaded/);
    expect(hidden.stdout).not.toContain("secret");
    const hiddenJson = await place.run(["jobs", "show", id, "--json"]);
    expect(jsonLines(hiddenJson.stdout)).toMatchObject([
      { id, headers: { trace: "t" }, inputHidden: expect.any(String) },
    ]);
    expect(hiddenJson.stdout).not.toContain("secret");
    const redacted = await place.run(["jobs", "show", id, "--json", "--module", "tasks.ts"]);
    expect(jsonLines(redacted.stdout)).toMatchObject([{ input: { left: "(hidden)", right: 1 } }]);
    // What the task wants hidden stays hidden, whatever is asked for.
    const both = await place.run(["jobs", "show", id, "--json", "--module", "tasks.ts", "--show-input"]);
    expect(both.stdout).not.toContain("secret");
    const shown = await place.run(["jobs", "show", id, "--json", "--show-input"]);
    expect(jsonLines(shown.stdout)).toMatchObject([{ input: { left: "secret", right: 1 } }]);
  });

  test("a redact that fails shows nothing", async () => {
    const place = sandbox({
      "tasks.ts": `import { defineTask } from "lovage";
        export const bad = defineTask({ name: "bad", redact() { throw new Error("oops"); }, run() {} });`,
    });
    const { id } = await place.app().send("bad", { password: "secret" });
    const { stdout } = await place.run(["jobs", "show", id, "--module", "tasks.ts", "--json"]);
    expect(jsonLines(stdout)).toMatchObject([{ inputHidden: expect.stringContaining("redact of task") }]);
    expect(stdout).not.toContain("secret");
  });

  test("a failed job with its stack, and tells which ids are not there", async () => {
    const { place, failed } = await filled();
    const { code, stdout, stderr } = await place.run(["jobs", "show", failed, "nobody"]);
    expect(code).toBe(3);
    expect(stderr).toContain('Job "nobody" is not there');
    expect(stdout).toMatch(/TypeError: no way\n +at .*tasks.ts/);
  });
});

describe("retry, revoke, remove", () => {
  test("by id", async () => {
    const { place, failed, waiting } = await filled();
    const retried = await place.run(["jobs", "retry", failed, "--json"]);
    expect(retried.code).toBe(0);
    expect(jsonLines(retried.stdout)).toEqual([{ operation: "retry", dryRun: false, changed: 1, skipped: [] }]);
    const again = await place.run(["jobs", "retry", failed]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("it has neither failed nor been revoked");
    const revoked = await place.run(["jobs", "revoke", waiting[0] ?? "", "--reason", "not any more", "--json"]);
    expect(revoked.code).toBe(0);
    const shown = await place.run(["jobs", "show", waiting[0] ?? "", "--json"]);
    expect(jsonLines(shown.stdout)).toMatchObject([
      { state: "revoked", revocation: { by: "caller", reason: "not any more" } },
    ]);
    const removed = await place.run(["jobs", "remove", waiting[0] ?? "", "nobody", "--json"]);
    expect(removed.code).toBe(3);
    expect(jsonLines(removed.stdout)).toMatchObject([{ changed: 1, skipped: [{ id: "nobody", reason: "not-found" }] }]);
  });

  test("by filter: a dry run changes nothing, and without a terminal --yes is needed", async () => {
    const { place } = await filled();
    const app = place.app();
    await app.start();
    const count = (): Promise<number> => app.engine.inspect.count({ tasks: ["math.add"] });
    const dry = await place.run(["jobs", "remove", "--task", "math.add", "--dry-run"]);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toBe("2 jobs would be removed\n");
    const refused = await place.run(["jobs", "remove", "--task", "math.add"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("remove 2 jobs (task math.add)? There is no terminal");
    expect(await count()).toBe(2);
    const done = await place.run(["jobs", "remove", "--task", "math.add", "--yes"]);
    expect(done.stdout).toBe("2 jobs removed\n");
    expect(await count()).toBe(0);
    const nothing = await place.run(["jobs", "remove", "--task", "math.add", "--yes"]);
    expect(nothing.code).toBe(3);
    const retried = await place.run(["jobs", "retry", "--state", "failed"]);
    expect(retried.stdout).toBe("1 job retried\n");
  });

  testRequiring(terminal)("by filter on a terminal: asks first", async () => {
    const { place } = await filled();
    const answer = (text: string): Promise<string> =>
      onTerminal(place, ["jobs", "remove", "--task", "math.add"], { asked: "[y/N]", answer: text });
    expect(await answer("n\r")).toContain("Nothing was done.");
    // Ctrl-C
    expect(await answer("\u0003")).toContain("Nothing was done.");
    expect(await answer("y\r")).toContain("2 jobs removed");
  });
});

describe("colours", () => {
  testRequiring(terminal)("on a terminal, but not under NO_COLOR", async () => {
    const { place } = await filled();
    expect(await onTerminal(place, ["jobs", "list", "--state", "failed"])).toContain("\u001b[31mfailed\u001b[39m");
    const plain = await onTerminal(place, ["jobs", "list", "--state", "failed"], { env: { NO_COLOR: "1" } });
    expect(plain).toContain("failed");
    expect(plain).not.toContain("\u001b");
  });

  test("not in a pipe", async () => {
    const { place } = await filled();
    // An empty NO_COLOR does not count.
    const { stdout } = await place.run(["jobs", "list"], { env: { NO_COLOR: "" } });
    expect(stdout).not.toContain("\u001b");
  });
});

describe("workflows", () => {
  const TASKS_OF_WORKFLOWS = `
    import { lovage } from "lovage";
    export const app = lovage();
    app.task({ name: "one", retry: { max: 0 }, run: (value) => { if (value < 0) throw new Error("negative"); return value; } });
    app.task({ name: "sum", run: (values) => values.length });
  `;

  test("are drawn as trees, listed by their id, and told why they ended", async () => {
    const place = sandbox({ "flow.ts": TASKS_OF_WORKFLOWS });
    const app = place.app();
    const one = app.task<number, number>({ name: "one" });
    const sum = app.task<readonly number[], number>({ name: "sum" });
    const flow = chain(chord([one.si(1), one.si(-1)], sum.s()), one.s()).link(one.s());
    const { id } = await flow.delay();
    const waiting = await place.run(["jobs", "tree", id]);
    expect(waiting.stdout.replaceAll(/ {2}[0-9a-f-]{36}/g, "")).toBe(
      "one  waiting\n  sum  waiting\n    one  ready\n    one  ready\n  → one  waiting\n",
    );
    await place.run(["drain", "flow.ts"]);
    const failed = await place.run(["jobs", "tree", id]);
    expect(failed.stdout.replaceAll(/ {2}[0-9a-f-]{36}/g, "")).toBe(
      "one  failed\n  sum  failed\n    one  succeeded\n    one  failed  Error: negative\n  → one  failed\n",
    );
    const list = await place.run(["jobs", "list", "--workflow", id, "--state", "failed"]);
    expect(list.stdout.match(/never ran, after Error: negative/g)).toHaveLength(3);
    const [record] = await app.engine.inspect.get([id]);
    const retried = await place.run(["jobs", "retry", id]);
    expect(retried.code).toBe(1);
    expect(retried.stderr).toContain(`${id}: it ended because job ${record?.upstream} did; retry that one`);
    const show = await place.run(["jobs", "show", id]);
    expect(show.stdout).toMatch(new RegExp(`workflow +${id}`));
    expect(show.stdout).toMatch(/waits for +1 other job/);
    const json = jsonLines((await place.run(["jobs", "tree", id, "--json"])).stdout)[0];
    expect(json).toMatchObject({ id, state: "failed", children: [{ task: "sum", children: [{}, {}] }] });
    const revoked = await place.run(["jobs", "remove", "--workflow", id, "--yes"]);
    expect(revoked.code, revoked.stderr).toBe(0);
    expect((await place.run(["jobs", "list", "--workflow", id, "--json"])).stdout).toBe("");
    expect((await place.run(["jobs", "tree", id])).code).toBe(3);
  });

  test("a job that was replaced is not said to have never run", async () => {
    const place = sandbox({
      "flow.ts": `
        import { lovage } from "lovage";
        export const app = lovage();
        const no = app.task({ name: "no", retry: { max: 0 }, run() { throw new Error("negative"); } });
        app.task({ name: "whole", run: (value, ctx) => ctx.replace(no.s(value)) });
      `,
    });
    await place.app().send("whole", 1);
    await place.run(["drain", "flow.ts"]);
    const list = await place.run(["jobs", "list", "--task", "whole"]);
    expect(list.stdout).toContain("what replaced it failed: Error: negative");
  });

  test("thousands of steps deep are drawn as well", async () => {
    const place = sandbox();
    const app = place.app();
    const one = app.task<number, number>({ name: "one" });
    const { id } = await chain(...Array.from({ length: 5_001 }, () => one.s())).delay(1);
    const { code, stdout, stderr } = await place.run(["jobs", "tree", id]);
    expect(code, stderr).toBe(0);
    expect(stdout.match(/one {2}(waiting|ready)/g)).toHaveLength(5_001);
  });
});
