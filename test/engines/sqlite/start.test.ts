import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import { openEngine, temporaryPath } from "./setup.ts";

const run = promisify(execFile);
const starter = fileURLToPath(new URL("starter.ts", import.meta.url));

test("processes that start at once on a new file make its tables once, push, and end by themselves", async () => {
  const path = temporaryPath();
  const startAt = Date.now() + 1_500;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, [starter, path, String(startAt)], { timeout: 60_000 })),
  );
  expect(runs.map(({ stdout, stderr }) => stdout + stderr)).toEqual(["stored", "stored", "stored", "stored"]);
  const engine = await openEngine(path);
  expect(await engine.inspect.count({})).toBe(4);
  expect(await engine.maintenance.migrate({ dryRun: false })).toMatchObject({ applied: [] });
}, 90_000);

test("options that do not fit are told together, before anything is opened", () => {
  const options = { path: ":memory:", namespace: "No Good" };
  expect(() => createSqliteEngine(options)).toThrow(/path is ":memory:".*namespace is "No Good"/);
});
