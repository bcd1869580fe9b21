import { join } from "node:path";
import { expect, test } from "vitest";
import { examine } from "../../src/cli/health.ts";
import { openApp, temporaryFolder } from "./setup.ts";

test("a job whose task nobody knows waits, is seen to wait, and runs once a worker knows it", async () => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app: old } = openApp(file);
  const known = old.task({ name: "known", run: async () => "done" });
  const waiting = await old.send("mail.send", { userId: 7 });
  const done = await known.delay();
  expect((await old.worker().drain()).outcomes).toMatchObject({ succeeded: 1 });
  expect(await done.get()).toBe("done");
  expect(await waiting.snapshot()).toMatchObject({ state: "ready", attempt: 1 });
  expect(await old.engine.inspect.queues()).toMatchObject([
    { queue: "default", ready: 1, oldestReadyAt: expect.any(Number) },
  ]);

  const { app: young } = openApp(file);
  young.task({ name: "mail.send", run: async ({ userId }: { userId: number }) => `sent to ${userId}` });
  await young.worker().drain();
  expect(await waiting.get()).toBe("sent to 7");
});

test("the doctor names the task and how many jobs wait", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  app.task({ name: "known", run: async () => "done" });
  const worker = app.worker();
  await worker.start();
  await Promise.all([app.send("mail.send", 1), app.send("mail.send", 2)]);
  const findings = (await examine(app)).filter(({ ok }) => !ok);
  expect(findings).toMatchObject([
    { check: "queue", detail: expect.stringMatching(/^2 jobs of "mail.send" in "default" wait/) },
  ]);
  await worker.stop();
});

test("it holds up nobody: jobs that were pushed behind a thousand of it run at once", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  const known = app.task({ name: "known", run: async () => "done" });
  await Promise.all(Array.from({ length: 1_000 }, () => app.send("unknown", 1, { priority: 9 })));
  const results = await known.delayMany(Array.from({ length: 50 }));
  await app.worker().drain();
  expect(await Promise.all(results.map((result) => result.get()))).toHaveLength(50);
  expect(await app.engine.inspect.count({ states: ["ready"] })).toBe(1_000);
});

test("it can be revoked, or expires, without any worker that knows it", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  app.task({ name: "known", run: async () => "done" });
  const revoked = await app.send("unknown", 1);
  const expired = await app.send("unknown", 1, { expires: 1 });
  await revoked.revoke();
  expect(await revoked.state()).toBe("revoked");
  await expect.poll(() => app.engine.upkeep.expire({ max: 10, retainMs: 60_000 })).toEqual({ expired: 1 });
  expect(await expired.snapshot()).toMatchObject({ state: "revoked", by: "expiry" });
});
