import { linkSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { openEngine, temporaryPath } from "./setup.ts";

test("a file with one name is sound in every respect", async () => {
  const engine = await openEngine(temporaryPath());
  const findings = await engine.maintenance.diagnose();
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(findings).toContainEqual({ check: "names", ok: true, detail: "one" });
});

test("a file that has a second name by a hard link is found", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  linkSync(path, `${path}.second`);
  const find = async () => (await engine.maintenance.diagnose()).find(({ check }) => check === "names");
  expect(await find()).toEqual({ check: "names", ok: false, detail: expect.stringContaining("2 names") });
  rmSync(`${path}.second`);
  expect(await find()).toEqual({ check: "names", ok: true, detail: "one" });
});

test("a file that was deleted is told as such", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  rmSync(path);
  const findings = await engine.maintenance.diagnose();
  expect(findings.filter(({ ok }) => !ok)).toEqual([
    { check: "file", ok: false, detail: expect.stringContaining("was deleted or replaced") },
  ]);
});
