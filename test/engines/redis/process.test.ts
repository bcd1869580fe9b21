import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import { testRequiring } from "../../support/requirement.ts";
import { findRedis } from "../../support/servers/index.ts";
import { removeKeys } from "./keys.ts";

const redis = await findRedis();

testRequiring(redis)("a process that forgets to close its app ends by itself", async () => {
  const namespace = `p${process.pid}`;
  const program = fileURLToPath(new URL("./push-only.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, redis.url, namespace], { timeout: 20_000 });
  await removeKeys(redis.url, `lovage:{${namespace}}*`);
  expect(stdout).toBe("pushed");
});
