import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { clearSandboxes, jsonLines, Sandbox, sandbox, script } from "./sandbox.ts";

clearSandboxes();
// What is refused leaves nothing behind, so those tests can share a folder and run two at a time.
const shared = new Sandbox();
afterAll(() => shared.clear());

describe("help", () => {
  test("lists the commands, examples and exit codes", async () => {
    const { code, stdout, stderr } = await sandbox().run(["--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const word of ["worker", "drain", "call", "result", "jobs", "queues", "workers", "migrate", "doctor"]) {
      expect(stdout).toContain(`\n  ${word} `);
    }
    expect(stdout).toContain("lovage worker 'src/**/tasks.ts'");
    expect(stdout).toMatch(/4 {2}the job failed/);
  });

  test("of a command shows the options of every command as well", async () => {
    const { code, stdout } = await sandbox().run(["jobs", "list", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--state <states>");
    expect(stdout).toContain("--url <url>");
  });

  test("the version is the package's", async () => {
    const { code, stdout } = await sandbox().run(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.concurrent("a command written wrongly ends with code 2, a message, and no stack", () => {
  test.each<[string, string[], RegExp]>([
    ["nothing", [], /Usage: lovage/],
    ["an unknown command", ["frobnicate"], /unknown command 'frobnicate'/],
    ["a command misspelled", ["jbos"], /Did you mean jobs\?/],
    ["an unknown option", ["jobs", "list", "--stat", "failed"], /unknown option '--stat'/],
    ["a missing argument", ["call"], /missing required argument 'task'/],
    ["an argument too many", ["result", "one", "two"], /too many arguments/],
    ["a group without its command", ["jobs"], /Usage: lovage jobs/],
    ["an unknown state", ["jobs", "list", "--state", "broken"], /The states are waiting, scheduled/],
    ["a duration that is none", ["call", "mail", "--countdown", "soon"], /Write a duration/],
    ["a negative countdown", ["call", "mail", "--countdown=-5s"], /Write a duration/],
    ["an instant that is none", ["call", "mail", "--eta", "tomorrow"], /Write an instant/],
    ["an instant too far off", ["call", "mail", "--eta", "9999-01-01T00:00:00Z"], /eta is \d+ years away/],
    ["a priority out of range", ["call", "mail", "--priority", "12"], /priority is 12/],
    ["countdown and eta", ["call", "mail", "--countdown", "5s", "--eta", "2030-01-01"], /exclude each other/],
    ["a header without a value", ["call", "mail", "--header", "name"], /name=value/],
    ["a limit out of range", ["jobs", "list", "--limit", "0"], /--limit is 0/],
    ["jobs by nothing", ["jobs", "remove"], /Which jobs\?/],
    ["jobs by ids and filter", ["jobs", "retry", "abc", "--state", "failed"], /not by both/],
    ["a wait that swallows the id", ["result", "--wait", "0199"], /missing required argument 'id'|--wait=30s/],
    ["input that is not JSON", ["call", "mail", "{userId: 7}"], /The input is not JSON.*single quotes/s],
    ["a name with control characters", ["call", "mail\u001b[2J"], /not the name of a task/],
    ["a queue with control characters", ["queues", "pause", "a\u0007"], /no control characters/],
    [
      "an engine that is not there",
      ["jobs", "list", "--url", "mongodb://user:secret@host"],
      /No engine answers to "mongodb:"/,
    ],
    ["a URL without a scheme", ["jobs", "list", "--url", "lovage.db"], /has no scheme/],
    ["an engine in another process", ["call", "mail", "--url", "memory:"], /lives inside one process/],
    ["a namespace that is none", ["jobs", "list", "--namespace", "My App"], /namespace is "My App"/],
  ])("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await shared.run(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr).not.toContain("secret");
    // What a terminal would obey is shown, not sent.
    expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("input over the limit, from standard input", async () => {
    const input = JSON.stringify("x".repeat(100_000));
    const { code, stderr } = await shared.run(["call", "mail", "-"], { input });
    expect(stderr).toContain("over the limit of 65536");
    expect(code).toBe(2);
  });
});

describe("with --json a failure is one document on standard error", () => {
  test("of the arguments", async () => {
    const { code, stdout, stderr } = await sandbox().run(["jobs", "list", "--state", "broken", "--json"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(jsonLines(stderr)).toEqual([
      { error: { name: "UsageError", code: "USAGE", message: expect.stringContaining("The states are") } },
    ]);
  });

  test("of the command", async () => {
    const { code, stderr } = await sandbox().run(["call", "mail", "{", "--json"]);
    expect(code).toBe(2);
    expect(jsonLines(stderr)).toEqual([
      {
        error: {
          name: "NotJson",
          code: "NOT_JSON",
          message: expect.stringContaining("The input is not JSON"),
          cause: { name: "SyntaxError", message: expect.any(String) },
        },
      },
    ]);
  });
});

test("--debug shows the stack", async () => {
  const { stderr } = await sandbox().run(["call", "mail", "{", "--debug"]);
  expect(stderr).toMatch(/^\s+at /m);
});

describe("a store that cannot be used ends with code 6", () => {
  test("one that is not there is not made", async () => {
    const place = sandbox();
    for (const args of [["jobs", "list"], ["queues"], ["workers"], ["result", "abc"]]) {
      const { code, stderr } = await place.run(args);
      expect(stderr).toContain("There is no Lovage store at sqlite:lovage.db (namespace lovage) yet");
      expect(stderr).toContain("Check --url, --namespace, LOVAGE_URL");
      expect(code).toBe(6);
    }
    const { stderr } = await place.run(["migrate", "--dry-run"]);
    expect(stderr).toBe("");
    // The dry run made nothing either: it is still not there.
    expect((await place.run(["jobs", "list"])).code).toBe(6);
  });

  test("a file that is no database", async () => {
    const place = sandbox({
      "lovage.db": "This is a text of more than a hundred bytes, which SQLite does not take. ".repeat(20),
    });
    for (const args of [["jobs", "list"], ["call", "mail"], ["migrate"]]) {
      const { code, stderr } = await place.run(args);
      expect(stderr).toContain("is not a SQLite database");
      expect(code).toBe(6);
    }
  });

  test("a folder that is not there", async () => {
    const { code, stderr } = await sandbox().run(["call", "mail", "--url", "sqlite:missing/jobs.db"]);
    expect(stderr).toContain("The folder must exist");
    expect(code).toBe(6);
  });
});

test("a reader that closes the pipe early is no error", async () => {
  const place = sandbox();
  const app = place.app();
  await Promise.all(Array.from({ length: 2_000 }, () => app.send("mail", "x".repeat(50))));
  const running = place.start(["jobs", "list", "--limit", "2000", "--json"]);
  running.child.stdout?.once("data", () => running.child.stdout?.destroy());
  const { code, stderr } = await running.ended;
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test.runIf(existsSync("/dev/full"))("a disk that is full is told in one line", () => {
  const place = sandbox({ "full.sh": `exec "${process.execPath}" "${script}" --version > /dev/full\n` });
  const { status, stderr } = spawnSync("/bin/sh", ["full.sh"], { cwd: place.folder, encoding: "utf8" });
  expect(stderr).toMatch(/^error: Standard output cannot be written to: ENOSPC.*\n$/);
  expect(status).toBe(1);
});
