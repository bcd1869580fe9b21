import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the compiler accepts what is right and refuses what is wrong", async () => {
  const compile = promisify(execFile)(`${root}node_modules/.bin/tsc`, ["-p", `${root}test/types`, "--noEmit"], {
    cwd: root,
  });
  const report = await compile.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
  expect(report).toBe("");
});
