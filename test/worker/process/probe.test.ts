import { expect, test } from "vitest";
import { Probe } from "../../../src/worker/index.ts";

async function ask(port: number | undefined, path: string, method: string = "GET"): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [response.status, await response.text()];
}

test("answers /live and /ready by what it asks, 503 where the answer is no", async () => {
  const state = { live: true, ready: false };
  const probe = new Probe(state, { port: 0, host: "127.0.0.1" });
  await probe.start();
  expect(await ask(probe.port, "/live")).toEqual([200, "live\n"]);
  expect(await ask(probe.port, "/ready?verbose")).toEqual([503, "not ready\n"]);
  state.ready = true;
  expect(await ask(probe.port, "/ready")).toEqual([200, "ready\n"]);
  expect(await ask(probe.port, "/other")).toEqual([404, "ask for /live or /ready\n"]);
  expect(await ask(probe.port, "/live", "POST")).toEqual([405, "ask by GET\n"]);
  const { port } = probe;
  await probe.stop();
  expect(probe.port).toBeUndefined();
  await expect(fetch(`http://127.0.0.1:${port}/live`)).rejects.toThrow();
});

test("a port that is taken is told as such", async () => {
  const first = new Probe({ live: true, ready: true }, { port: 0, host: "127.0.0.1" });
  await first.start();
  const second = new Probe({ live: true, ready: true }, { port: first.port ?? 0, host: "127.0.0.1" });
  await expect(second.start()).rejects.toMatchObject({
    code: "OPTIONS_INVALID",
    message: expect.stringContaining("EADDRINUSE"),
  });
  await first.stop();
});
