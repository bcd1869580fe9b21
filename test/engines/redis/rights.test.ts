import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram, startRedis } from "../../support/servers/index.ts";
import { openApp, openEngine, push, until } from "./setup.ts";

describeRequiring(redisProgram)("a user of Redis", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  async function addUser(name: string, rules: string): Promise<string> {
    await server.ask("ACL", "SETUSER", name, "on", ">secret", ...rules.split(" "));
    return server.url.replace("redis://", `redis://${name}:secret@`);
  }

  async function connectionsOf(name: string): Promise<number> {
    return String(await server.ask("CLIENT", "LIST")).split(`user=${name} `).length - 1;
  }

  test("with the rights that the documentation lists does everything", async () => {
    const page = readFileSync(new URL("../../../docs/engines/redis.md", import.meta.url), "utf8");
    const [, rules = ""] = /ACL SETUSER app on >secret ([^\n]+)/.exec(page) ?? [];
    expect(rules).not.toBe("");
    const { app, lines } = openApp(await addUser("app", rules));
    const task = app.task({
      name: "double",
      retry: { backoff: 10 },
      run: async (n: number, { attempt, progress }) => {
        progress({ attempt });
        if (attempt === 1) throw new Error("once more");
        return 2 * n;
      },
    });
    await app.worker({ lease: "1s" }).start();
    const result = await task.delay(21, { key: "k", countdown: 10 });
    expect(await result.get({ timeout: "10s" })).toBe(42);
    await app.engine.inspect.pause("default");
    await app.engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
    await app.engine.upkeep.prune({ max: 10, maxFinished: 0 });
    const findings = await app.engine.maintenance.diagnose();
    expect(findings.filter(({ detail }) => detail.includes("NOPERM"))).toEqual([]);
    expect(lines.filter(({ fields }) => fields.code !== undefined)).toEqual([]);
  });

  test.each([
    ["keys", "~other:* &* +@all"],
    ["channels", "~* resetchannels +@all"],
    ["subscriptions", "~* &* +@all -subscribe"],
    ["scripts", "~* &* +@all -@scripting"],
    ["what scripts do", "~* &* +@all -time"],
  ])("without rights to %s is refused at the start, and nothing goes on behind", async (_what, rules) => {
    const engine = createRedisEngine({ url: await addUser("poor", rules) });
    onTestFinished(() => engine.stop());
    await expect(engine.start()).rejects.toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringContaining("Check user, password and ACL"),
    });
    await until("its connections are closed", async () => (await connectionsOf("poor")) === 0);
    await server.ask("ACL", "DELUSER", "poor");
  });

  test("with the wrong password, or none, is refused", async () => {
    const url = await addUser("guarded", "~* &* +@all");
    const refused = { code: "ENGINE_UNAVAILABLE", message: expect.stringContaining("Check user, password and ACL") };
    await expect(createRedisEngine({ url: url.replace("secret", "wrong") }).start()).rejects.toMatchObject(refused);
    const locked = await startRedis();
    onTestFinished(() => locked.close());
    await locked.ask("CONFIG", "SET", "requirepass", "hush");
    await expect(createRedisEngine({ url: locked.url }).start()).rejects.toMatchObject(refused);
  });

  test("whose rights are taken away and given back goes on", async () => {
    const engine = await openEngine(await addUser("changing", "~* &* +@all"));
    expect(await push(engine)).toBe("stored");
    await server.ask("ACL", "SETUSER", "changing", "-evalsha");
    expect(await push(engine)).toBe("ENGINE_UNAVAILABLE");
    await server.ask("ACL", "SETUSER", "changing", "+evalsha");
    expect(await push(engine)).toBe("stored");
  });
});
