import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import { describeRequiring } from "../../support/requirement.ts";
import {
  type Certificates,
  makeCertificates,
  opensslProgram,
  type RedisServer,
  redisProgram,
  startRedis,
} from "../../support/servers/index.ts";
import { freePort } from "../../support/servers/port.ts";
import { openApp, openEngine, push, until } from "./setup.ts";

describeRequiring(redisProgram, opensslProgram)("Redis over TLS", () => {
  let certificates: Certificates;
  let server: RedisServer;
  let url: string;

  beforeAll(async () => {
    certificates = await makeCertificates();
    [server, url] = await startTls({ "tls-auth-clients": "no" });
  });
  afterAll(async () => {
    await server.close();
    certificates.close();
  });

  /** A server that speaks TLS at the port of the URL, and is also there without TLS for whoever looks after it. */
  async function startTls(settings: Record<string, string>): Promise<[RedisServer, string]> {
    const port = await freePort();
    const { ca, server: own } = certificates;
    const files = { "tls-cert-file": own.cert, "tls-key-file": own.key, "tls-ca-cert-file": ca };
    const redis = await startRedis({ settings: { ...files, "tls-port": String(port), ...settings } });
    return [redis, `rediss://localhost:${port}`];
  }

  async function refusal(address: string): Promise<{ code: string; message: string }> {
    const engine = createRedisEngine({ url: address });
    onTestFinished(() => engine.stop());
    return engine.start().then(
      () => ({ code: "none", message: "It was not refused." }),
      (error) => error,
    );
  }

  test("with the authority given, jobs are pushed and run", async () => {
    const { app } = openApp(`${url}?ca=${certificates.ca}`);
    const task = app.task({ name: "double", run: (n: number) => 2 * n });
    await app.worker().start();
    const result = await task.delay(21);
    expect(await result.get({ timeout: "10s" })).toBe(42);
    await until("the commands, the listener and the thread that renews the lease are connected", async () => {
      const clients = String(await server.ask("CLIENT", "LIST"));
      return (clients.match(/name=lovage/g)?.length ?? 0) >= 3;
    });
  });

  test("a connection that is ended is made anew", async () => {
    const engine = await openEngine(`${url}?ca=${certificates.ca}`);
    await server.ask("CLIENT", "KILL", "TYPE", "normal");
    await until("a push is taken", async () => (await push(engine)) === "stored" || undefined);
  });

  test("a process that forgets to close its app ends by itself", async () => {
    const program = fileURLToPath(new URL("./push-only.ts", import.meta.url));
    const args = [program, `${url}?ca=${certificates.ca}`, "forgetful"];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe("pushed");
  });

  test.each([
    ["no authority", () => url, /no authority has signed.*"ca" in the URL/],
    ["the wrong authority", () => `${url}?ca=${certificates.otherCa}`, /no authority has signed.*"ca" in the URL/],
    [
      "another host",
      () => `${url.replace("localhost", "127.0.0.1")}?ca=${certificates.ca}`,
      /for another host.*Put a name into the URL/,
    ],
    ["a port without TLS", () => server.url.replace("redis:", "rediss:"), /"rediss:\/\/" only if it speaks TLS/],
    ["a port with TLS, asked without", () => url.replace("rediss:", "redis:"), /"rediss:\/\/" if it speaks TLS/],
  ])("%s: refused, and the error says what to do", async (_what, address, message) => {
    expect(await refusal(address())).toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringMatching(message),
    });
  });

  test("a file that is not there is told by its path", async () => {
    expect(await refusal(`${url}?ca=/nowhere/ca.pem`)).toMatchObject({
      code: "OPTIONS_INVALID",
      message: expect.stringContaining("/nowhere/ca.pem"),
    });
  });

  test("a server that wants a certificate of its clients is given one, and is told of without", async () => {
    const [strict, strictUrl] = await startTls({ "tls-auth-clients": "yes" });
    onTestFinished(() => strict.close());
    const { ca, client } = certificates;
    const engine = await openEngine(`${strictUrl}?ca=${ca}&cert=${client.cert}&key=${client.key}`);
    expect(await push(engine)).toBe("stored");
    expect(await refusal(`${strictUrl}?ca=${ca}`)).toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringMatching(/wants a certificate of (this process|its clients)/),
    });
  });
});
