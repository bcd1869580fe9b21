import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { testRequiring } from "../requirement.ts";
import { processesIn } from "./folder.ts";
import { redisProgram } from "./redis.ts";
import { askRedis } from "./resp.ts";

const program = `
  import { startRedis } from ${JSON.stringify(fileURLToPath(new URL("redis.ts", import.meta.url)))};
  const redis = await startRedis();
  console.log(JSON.stringify({ url: redis.url, reply: await redis.ask("CONFIG", "GET", "dir") }));
  if (process.argv.includes("--stay")) setInterval(() => {}, 1000);
`;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly folder: string;
}

async function startAnother(...given: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program, "--", ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const { url, reply } = JSON.parse(String(line));
  return { child, url, folder: dirname(reply[1]) };
}

async function expectNothingLeft({ url, folder }: Started): Promise<void> {
  await expect.poll(() => existsSync(folder), { timeout: 10_000 }).toBe(false);
  expect(processesIn(folder)).toEqual([]);
  await expect(askRedis(url, "PING")).rejects.toThrow("ECONNREFUSED");
}

testRequiring(redisProgram)(
  "nothing stays behind of a test process that is killed, even of a frozen server",
  async () => {
    const started = await startAnother("--stay");
    const [pid = 0] = processesIn(started.folder);
    process.kill(pid, "SIGSTOP");
    started.child.kill("SIGKILL");
    await expectNothingLeft(started);
  },
);

testRequiring(redisProgram)("nor of one that ends without closing its server, which does not hold it up", async () => {
  const started = await startAnother();
  if (started.child.exitCode === null) await once(started.child, "exit");
  expect(started.child.exitCode).toBe(0);
  await expectNothingLeft(started);
});
