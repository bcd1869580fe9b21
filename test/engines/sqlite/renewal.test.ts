import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Engine, RenewalConnection } from "../../../src/engine/index.ts";
import { openEngine, registerWorker, temporaryPath } from "./setup.ts";

/** Loads the module that the engine names, as the lease thread does. */
async function connect(engine: Engine): Promise<RenewalConnection> {
  const source = engine.liveness.renewal;
  if (source === undefined) throw new Error("The engine names no source of renewals.");
  const { connectRenewal } = await import(source.module);
  const connection: RenewalConnection = await connectRenewal(structuredClone(source.options));
  onTestFinished(() => connection.close());
  return connection;
}

test("the lease thread renews by a connection of its own, and only workers that are known", async () => {
  const engine = await openEngine(temporaryPath());
  await registerWorker(engine, "worker");
  const renewal = await connect(engine);
  const before = (await engine.inspect.workers())[0]?.leaseUntil ?? 0;
  await renewal.renew("worker", 600_000);
  await renewal.renew("nobody", 600_000);
  const workers = await engine.inspect.workers();
  expect(workers).toHaveLength(1);
  expect(workers[0]?.leaseUntil).toBeGreaterThan(before);
});

test("a renewal on a file that was deleted is a typed error, and the file is not made anew", async () => {
  const path = temporaryPath();
  const engine = await openEngine(path);
  await registerWorker(engine, "worker");
  const renewal = await connect(engine);
  rmSync(dirname(path), { recursive: true });
  await expect(renewal.renew("worker", 60_000)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
});
