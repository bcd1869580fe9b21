import { describe, expect, test } from "vitest";
import { clearSandboxes, jsonLines, sandbox, TASKS } from "./sandbox.ts";

clearSandboxes();

const TASK = 'export const task = app.task({ name: "NAME", run: () => "done" });';

function taskNamed(name: string, app: string = 'import { app } from "./app.ts";'): string {
  return `${app}\n${TASK.replace("NAME", name)}`;
}

const APP = 'import { lovage } from "lovage";\nexport const app = lovage();';

describe("modules that fit", () => {
  test("an exported app", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    await place.app().send("math.add", { left: 1, right: 2 });
    const { code, stdout } = await place.run(["drain", "tasks.ts", "--json"]);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ complete: true, outcomes: { succeeded: 1 } }]);
  });

  test("a quoted glob over modules that export only tasks, .ts and .js", async () => {
    const place = sandbox({
      "package.json": '{ "type": "module" }',
      "src/app.ts": APP,
      "src/mail/tasks.ts": taskNamed("mail", 'import { app } from "../app.ts";'),
      "src/feeds/tasks.js": taskNamed("feeds", 'import { app } from "../app.ts";'),
      "src/feeds/tasks.d.ts": "export {};",
      "src/feeds/node_modules/foreign/tasks.ts": "throw new Error('not ours')",
    });
    const app = place.app();
    await Promise.all([app.send("mail"), app.send("feeds")]);
    const { stdout } = await place.run(["drain", "src/**/tasks.{ts,js}", "--json"]);
    expect(jsonLines(stdout)).toMatchObject([{ complete: true, outcomes: { succeeded: 2 } }]);
  });

  test("a file whose name is a pattern", async () => {
    const place = sandbox({ "[id].ts": TASKS });
    expect((await place.run(["drain", "[id].ts"])).code).toBe(0);
  });

  test("shared definitions alone make a default app, at the place of the command line", async () => {
    const place = sandbox({
      "tasks.ts":
        'import { defineTask } from "lovage";\nexport const greet = defineTask({ name: "greet", run: () => "hi" });',
    });
    const args = ["--url", "sqlite:other.db", "--namespace", "second"];
    const pushed = await place.run(["call", "greet", "--module", "tasks.ts", "--json", ...args]);
    expect(pushed.stderr).toBe("");
    expect(jsonLines(pushed.stdout)).toMatchObject([{ task: "greet", outcome: "created" }]);
    const { stdout } = await place.run(["drain", "tasks.ts", "--json", ...args]);
    expect(jsonLines(stdout)).toMatchObject([{ outcomes: { succeeded: 1 } }]);
  });

  test("a definition that the app does not know is told of", async () => {
    const place = sandbox({
      "tasks.ts": `${TASKS}
        import { defineTask } from "lovage";
        export const stray = defineTask({ name: "stray", run() {} });
        export const contract = defineTask({ name: "contract" });
        const shared = defineTask({ name: "shared", run() {} });
        app.task(shared);
        export { shared };`,
    });
    const { code, stderr } = await place.run(["drain", "tasks.ts", "--log", "json"]);
    expect(code).toBe(0);
    expect(jsonLines(stderr)).toMatchObject([
      { level: "warn", task: "stray", where: expect.stringContaining("tasks.ts (export stray)") },
    ]);
  });

  test("--url reaches an app that names no url itself", async () => {
    const place = sandbox({ "tasks.ts": TASKS });
    const { code, stderr } = await place.run(["drain", "tasks.ts", "--url", "sqlite:elsewhere.db"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect((await place.run(["queues", "--url", "sqlite:elsewhere.db"])).code).toBe(0);
  });
});

describe("modules that do not fit end the command with a message, the cause, and advice", () => {
  test.each<[string, Record<string, string>, string[], number, RegExp]>([
    ["one that is not there", {}, ["tasks.ts"], 3, /"tasks.ts" is not there \(looked for in /],
    ["a pattern that matches nothing", {}, ["src/**/tasks.ts"], 3, /"src\/\*\*\/tasks.ts" matches no .ts or .js file/],
    ["a folder", { "src/tasks.ts": TASKS }, ["src"], 3, /is a folder: write "src\/\*\*\/\*.ts"/],
    [
      "one that throws",
      { "tasks.ts": "\nconst settings: any = undefined;\nexport const a = settings.url;" },
      ["tasks.ts"],
      1,
      /tasks.ts cannot be loaded: TypeError: Cannot read properties of undefined .*\(at .*tasks.ts:3:27\)/,
    ],
    ["one that throws no error", { "tasks.ts": "throw 'tea'" }, ["tasks.ts"], 1, /cannot be loaded: thrown: tea/],
    ["one with a mistake in its syntax", { "tasks.ts": "export const = 1;" }, ["tasks.ts"], 1, /Mend the syntax/],
    ["one with an enum", { "tasks.ts": "export enum Colour { Red }" }, ["tasks.ts"], 1, /enums, .* need a build/],
    [
      "one that imports without an extension",
      { "tasks.ts": 'import "./app";', "app.ts": APP },
      ["tasks.ts"],
      1,
      /with its extension: "\.\/feeds\.ts"/,
    ],
    [
      "one that imports a package that is not installed",
      { "tasks.ts": 'import "teapot";' },
      ["tasks.ts"],
      1,
      /Install the package/,
    ],
    [
      "one without app and tasks",
      { "tasks.ts": "export const answer = 42;" },
      ["tasks.ts"],
      1,
      /No app and no task is exported/,
    ],
    ["an app without a task to run", { "app.ts": APP }, ["app.ts"], 2, /no task to run/],
    [
      "two apps",
      { "one.ts": APP, "two.ts": APP },
      ["one.ts", "two.ts"],
      1,
      /hold 2 apps.*one.ts \(export app\).*two.ts \(export app\).*once for each/s,
    ],
    [
      "a task defined twice",
      { "app.ts": APP, "a.ts": taskNamed("same"), "b.ts": taskNamed("same") },
      ["a.ts", "b.ts"],
      1,
      /"same" is defined twice in this app: at .*a.ts:2:\d+ and at .*b.ts:2/,
    ],
    [
      "a url of the app's own against --url",
      { "tasks.ts": 'import { lovage } from "lovage";\nexport const app = lovage({ url: "sqlite:mine.db" });' },
      ["tasks.ts", "--url", "sqlite:other.db"],
      2,
      /sets its url itself, so --url does not reach it/,
    ],
    [
      "a namespace of the app's own against --namespace",
      { "app.ts": APP },
      ["app.ts", "--namespace", "other"],
      2,
      /lives in the namespace "lovage", not "other"/,
    ],
    [
      "an app of another copy",
      { "tasks.ts": "class App { engine = 1; tasks() {} metrics() {} }\nexport const app = new App();" },
      ["tasks.ts"],
      1,
      /another copy of Lovage.*npx lovage/,
    ],
  ])("%s", async (_what, files, args, expected, message) => {
    const place = sandbox(files);
    const { code, stdout, stderr } = await place.run(["worker", ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test("a module that keeps a handle open does not keep a finished command alive", async () => {
  const place = sandbox({ "tasks.ts": `${TASKS}\nsetInterval(() => {}, 1_000);` });
  const { code } = await place.run(["drain", "tasks.ts"]);
  expect(code).toBe(0);
});
