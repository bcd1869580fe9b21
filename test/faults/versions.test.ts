import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openApp, openByHand, temporaryFolder } from "./setup.ts";

/** What a release of Lovage does to the file that changes the schema in a way which older code would misread. */
const breakingMigration = `
  UPDATE lovage_meta SET value = 99 WHERE name = 'schema_version';
  UPDATE lovage_meta SET value = 99 WHERE name = 'oldest_compatible';
`;

/** One that only adds something: older code may go on. */
const harmlessMigration = `
  ALTER TABLE lovage_job ADD COLUMN colour TEXT;
  UPDATE lovage_meta SET value = 2 WHERE name = 'schema_version';
`;

describe("two versions of the schema", () => {
  test("older code does not start on a file that it would misread, and touches nothing", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const first = openApp(file).app;
    const { id } = await first.send("t", 1);
    await first.close();
    openByHand(file).exec(breakingMigration);
    const { app } = openApp(file);
    await expect(app.start()).rejects.toMatchObject({
      code: "SCHEMA_TOO_NEW",
      message: expect.stringContaining("Update Lovage in this process"),
    });
    await expect(app.send("t", 2)).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
    expect(openByHand(file).prepare("SELECT id FROM lovage_job").all()).toEqual([{ id }]);
  });

  test("older code that is running stops writing once the file was migrated past it, and goes on reading nothing wrong", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app, lines } = openApp(file);
    const task = app.task({ name: "t", run: async () => "done" });
    const worker = app.worker();
    await worker.start();
    expect(await (await task.delay()).get()).toBe("done");
    openByHand(file).exec(breakingMigration);
    await expect(task.delay()).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
    await expect.poll(() => worker.ready, { timeout: 5_000 }).toBe(false);
    expect(openByHand(file).prepare("SELECT count(*) AS jobs FROM lovage_job").get()).toEqual({ jobs: 1 });
    expect(lines.filter(({ fields }) => fields.code === "SCHEMA_TOO_NEW")).toHaveLength(1);
    await worker.stop();
  });

  test("older code works beside a newer schema that only adds to it", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app } = openApp(file);
    const task = app.task({ name: "t", run: async () => "done" });
    const worker = app.worker();
    await worker.start();
    expect(await (await task.delay()).get()).toBe("done");
    openByHand(file).exec(harmlessMigration);
    expect(await (await task.delay()).get({ timeout: "10s" })).toBe("done");
    await worker.stop();
    const late = openApp(file).app;
    late.task({ name: "t", run: async () => "done" });
    const result = await late.send("t");
    await late.worker().drain();
    expect(await result.get()).toBe("done");
    expect(await late.engine.maintenance.migrate({ dryRun: true })).toMatchObject({ from: 2, to: 2, applied: [] });
  });

  test("tables that something else made under the same names are refused, not used", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    openByHand(file).exec("CREATE TABLE lovage_job (note TEXT); INSERT INTO lovage_job VALUES ('mine')");
    const { app } = openApp(file);
    await expect(app.start()).rejects.toMatchObject({
      code: expect.stringMatching(/^(STORAGE_INVALID|ENGINE_UNAVAILABLE)$/),
    });
    expect(openByHand(file).prepare("SELECT note FROM lovage_job").all()).toEqual([{ note: "mine" }]);
    // Nothing of a half-made schema is left.
    expect(openByHand(file).prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'lovage_%'").all()).toEqual([
      { name: "lovage_job" },
    ]);
  });
});

describe("an old worker beside a new one", () => {
  test("an input of a newer version waits for the worker that knows it; older inputs are brought up to date", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const old = openApp(file).app;
    const young = openApp(file).app;
    const oldTask = old.task({ name: "greet", run: async ({ name }: { name: string }) => `old ${name}` });
    const youngTask = young.task({
      name: "greet",
      version: 2,
      upgrade: (input) => {
        const name = typeof input === "object" && input !== null && "name" in input ? String(input.name) : "?";
        return { first: name, last: "" };
      },
      run: async ({ first, last }: { first: string; last: string }) => `new ${first} ${last}`,
    });
    const modern = await youngTask.delay({ first: "Ada", last: "Lovelace" });
    expect((await old.worker().drain()).outcomes).toMatchObject({ snoozed: 1, succeeded: 0, failed: 0 });
    expect(await modern.snapshot()).toMatchObject({ state: "scheduled", attempt: 1 });

    const legacy = await oldTask.delay({ name: "Grace" });
    await young.worker().drain();
    expect(await legacy.get()).toBe("new Grace ");

    // The old worker goes, as deployments have it; the job that waited for the new one comes due and runs there.
    openByHand(file).exec("UPDATE lovage_job SET due_at = 1 WHERE state = 'scheduled'");
    await young.worker().drain();
    expect(await modern.get()).toBe("new Ada Lovelace");
  });

  test("a task that only the new worker knows runs there, while both share the rest", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const old = openApp(file).app;
    const young = openApp(file).app;
    const ran: string[] = [];
    for (const [app, label] of [
      [old, "old"],
      [young, "young"],
    ] as const) {
      app.task({ name: "shared", run: async () => void ran.push(`shared ${label}`) });
    }
    young.task({ name: "added", run: async () => void ran.push("added young") });
    const workers = [old.worker(), young.worker()];
    await Promise.all(workers.map((worker) => worker.start()));
    const added = await Promise.all(Array.from({ length: 20 }, () => old.send("added")));
    const shared = await Promise.all(Array.from({ length: 20 }, () => old.send("shared")));
    await Promise.all([...added, ...shared].map((result) => result.get({ timeout: "10s" })));
    expect(ran.filter((line) => line === "added young")).toHaveLength(20);
    expect(ran.filter((line) => line.startsWith("shared"))).toHaveLength(20);
    await Promise.all(workers.map((worker) => worker.stop()));
  });
});
