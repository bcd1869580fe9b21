import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const helper = fileURLToPath(new URL("requirement.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-requirement-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "sample.test.ts"),
    `import { test } from "vitest";
     import { describeRequiring, testRequiring } from ${JSON.stringify(helper)};
     const there = { name: "there", met: true, install: "-" };
     const gone = { name: "gone", met: false, install: "apt-get install gone" };
     testRequiring(there)("runs", () => {});
     testRequiring(there, gone)("cannot run", () => {});
     describeRequiring(there)("a group", () => test("runs in it", () => {}));
     describeRequiring(gone)("another group", () => test("cannot run in it", () => {}));`,
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function runSample(required: string): { status: number | null; output: string } {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run", "--reporter=verbose", "--no-color"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", LOVAGE_TEST_REQUIRE: required },
  });
  return { status, output: stdout + stderr };
}

test("what is missing skips a test, and says what installs it", () => {
  const { status, output } = runSample("");
  expect(output).toContain("cannot run (gone is missing: apt-get install gone)");
  expect(output).toContain("another group (gone is missing: apt-get install gone)");
  expect(output).toMatch(/2 passed \| 2 skipped/);
  expect(status).toBe(0);
});

test("where it is required, the skip is a failure", () => {
  const { status, output } = runSample("other, gone");
  expect(output).toContain("gone is missing: apt-get install gone. LOVAGE_TEST_REQUIRE does not allow");
  expect(output).toMatch(/2 failed \| 2 passed/);
  expect(status).toBe(1);
});
