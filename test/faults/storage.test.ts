import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { mounting } from "../support/disk.ts";
import { testRequiring } from "../support/requirement.ts";
import { openApp, openByHand, temporaryFolder } from "./setup.ts";
import { makeReadOnly, smallDisk } from "./small-disk.ts";

describe("a file that cannot be a store", () => {
  test.each<[string, (folder: string) => string, string, RegExp]>([
    [
      "not a database",
      (folder) => {
        const file = join(folder, "notes.txt");
        writeFileSync(file, "Dear diary, this is no database at all. ".repeat(100));
        return file;
      },
      "STORAGE_INVALID",
      /notes\.txt is not a SQLite database/,
    ],
    [
      "a damaged database",
      (folder) => {
        const file = join(folder, "jobs.db");
        const database = openByHand(file);
        database.exec("CREATE TABLE a (b)");
        database.close();
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0xa5, 100));
        return file;
      },
      "STORAGE_INVALID",
      /is damaged/,
    ],
    ["a folder", (folder) => folder, "STORAGE_INVALID", /must not be a folder/],
    [
      "in a folder that is not there",
      (folder) => join(folder, "no/such/jobs.db"),
      "STORAGE_INVALID",
      /folder must exist/,
    ],
  ])(
    "%s: a typed error at the start and at the push, and what is there stays as it is",
    async (_, make, code, text) => {
      const file = make(temporaryFolder());
      const before = existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
      const { app } = openApp(file);
      await expect(app.start()).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
      await expect(app.send("t", 1)).rejects.toMatchObject({ code });
      await expect(app.result("x").get()).rejects.toMatchObject({ code });
      if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true);
    },
  );

  test("an empty file is a new store, and so is one that is not there", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "empty.db");
    writeFileSync(file, "");
    await openApp(file).app.send("t", 1);
    await openApp(join(folder, "new.db")).app.send("t", 1);
    expect(existsSync(join(folder, "new.db"))).toBe(true);
  });

  test("once the cause is gone the same app works, without a restart", async () => {
    const folder = temporaryFolder();
    const { app } = openApp(join(folder, "sub/jobs.db"));
    await expect(app.send("t", 1)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
    mkdirSync(join(folder, "sub"));
    expect(await app.send("t", 1)).toMatchObject({ outcome: "created" });
  });

  testRequiring(mounting)("read-only: a typed error, while the jobs that are there stay", async () => {
    const disk = smallDisk(8_000_000);
    const file = join(disk, "jobs.db");
    const first = openApp(file).app;
    const { id } = await first.send("t", 1);
    await first.close();
    makeReadOnly(disk);
    const { app } = openApp(file);
    await expect(app.send("t", 2)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
    expect(openByHandReadOnly(file, id)).toBe(1);
  });
});

describe("a disk that is full", () => {
  testRequiring(mounting)(
    "refuses pushes as such, keeps what it accepted, and goes on when there is room again",
    async () => {
      const disk = smallDisk(16_000_000);
      const ballast = join(disk, "ballast");
      writeFileSync(ballast, Buffer.alloc(10_000_000));
      const { app, lines } = openApp(join(disk, "jobs.db"));
      const runs = new Map<number, number>();
      const task = app.task({
        name: "t",
        async run({ n }: { n: number; padding: string }) {
          runs.set(n, (runs.get(n) ?? 0) + 1);
          return n;
        },
      });

      const accepted: Awaited<ReturnType<typeof task.delay>>[] = [];
      let refusal: unknown;
      for (let n = 0; n < 200 && refusal === undefined; n += 1) {
        const pushed = await task.delay({ n, padding: "x".repeat(30_000) }).catch((error: unknown) => error);
        if (pushed instanceof Error) refusal = pushed;
        else accepted.push(pushed as Awaited<ReturnType<typeof task.delay>>);
      }
      expect(refusal).toMatchObject({ code: "STORAGE_FULL", message: expect.stringContaining("Make room") });
      expect(accepted.length).toBeGreaterThan(5);
      expect(await app.engine.inspect.count({})).toBe(accepted.length);

      const worker = app.worker();
      await worker.start().catch((error: unknown) => {
        expect(error).toMatchObject({ code: "STORAGE_FULL" });
      });
      rmSync(ballast);
      await worker.start();
      const more = await task.delay({ n: 1_000, padding: "" });
      expect(await more.get({ timeout: "15s" })).toBe(1_000);
      await Promise.all(accepted.map((result) => result.get({ timeout: "15s" })));
      expect([...runs.values()].every((count) => count === 1)).toBe(true);
      expect(runs.size).toBe(accepted.length + 1);
      await worker.stop();
      expect(lines.filter(({ level }) => level === "error").length).toBeLessThan(5);
    },
  );

  testRequiring(mounting)(
    "keeps what a running worker has finished, and settles it when there is room again",
    async () => {
      const disk = smallDisk(6_000_000);
      const ballast = join(disk, "ballast");
      const { app, lines } = openApp(join(disk, "jobs.db"), { worker: { lease: "2s", poll: "100ms" } });
      let runs = 0;
      const full = Promise.withResolvers<void>();
      const task = app.task({
        name: "t",
        async run() {
          runs += 1;
          await full.promise;
          return "x".repeat(100_000);
        },
      });
      const result = await task.delay();
      const worker = app.worker();
      await worker.start();
      await expect.poll(() => runs).toBe(1);
      fill(ballast);
      full.resolve();
      await expect
        .poll(() => lines.some(({ fields }) => fields.code === "STORAGE_FULL"), { timeout: 10_000 })
        .toBe(true);
      rmSync(ballast);
      expect(await result.get({ timeout: "15s" })).toHaveLength(100_000);
      await worker.stop();
    },
  );
});

describe("a file that is deleted while it is in use", () => {
  test("is a typed error for pushes and reads; it is not made anew, and the worker says so once", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app, lines } = openApp(file);
    const task = app.task({ name: "t", run: async () => "done" });
    const worker = app.worker();
    await worker.start();
    expect(await (await task.delay()).get()).toBe("done");
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });

    await expect(task.delay()).rejects.toMatchObject({
      code: "STORAGE_INVALID",
      message: expect.stringContaining("deleted or replaced"),
    });
    await expect.poll(() => worker.ready, { timeout: 5_000 }).toBe(false);
    // Long enough for several renewals of the lease and polls.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(existsSync(file)).toBe(false);
    const complaints = lines.filter(({ fields }) => fields.code === "STORAGE_INVALID");
    expect(complaints).toHaveLength(1);
    await worker.stop();
  });

  test.each(["-wal", "-shm"])(
    "its %s file alone: a typed error, and what was stored before is there after a restart",
    async (suffix) => {
      const file = join(temporaryFolder(), "jobs.db");
      const { app } = openApp(file);
      const stored = await Promise.all([1, 2, 3].map((n) => app.send("t", n)));
      rmSync(`${file}${suffix}`);
      await expect(app.send("t", 4)).rejects.toMatchObject({
        code: "STORAGE_INVALID",
        message: expect.stringContaining("deleted or replaced"),
      });
      expect(existsSync(`${file}${suffix}`)).toBe(false);
      await app.close();
      const again = openApp(file).app;
      await again.start();
      expect(await again.engine.inspect.count({})).toBe(3);
      for (const { id } of stored) expect(await again.result(id).state()).toBe("ready");
      expect(openByHand(file).prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    },
  );

  test("a file that was moved away and put back goes on as if nothing had been", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app } = openApp(file);
    const task = app.task({ name: "t", run: async () => "done" });
    await task.delay();
    renameSync(file, `${file}.away`);
    await expect(task.delay()).rejects.toMatchObject({ code: "STORAGE_INVALID" });
    renameSync(`${file}.away`, file);
    const result = await task.delay();
    await app.worker().drain();
    expect(await result.get()).toBe("done");
  });

  test("another file in its place is not written to", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "jobs.db");
    const { app } = openApp(file);
    await app.send("t", 1);
    renameSync(file, `${file}.away`);
    const other = openApp(file).app;
    await other.send("u", 2);
    await expect(app.send("t", 3)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
    expect(await other.engine.inspect.count({})).toBe(1);
  });
});

describe("a file that another connection holds locked", () => {
  test("by the caller's own transaction, in which the process pushes for the first time", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app: elder } = openApp(file);
    await elder.start();
    await elder.close();
    const { app } = openApp(file);
    const task = app.task({ name: "t", run: async (n: number) => n });
    const hand = openByHand(file);
    hand.exec("BEGIN IMMEDIATE");
    const result = await task.delay(7, { tx: hand });
    hand.exec("COMMIT");
    // It joins the other processes as soon as it can write.
    const peers = hand.prepare("SELECT count(*) AS peers FROM lovage_peer");
    await expect.poll(() => peers.get(), { timeout: 5_000 }).toEqual({ peers: 1 });
    await app.worker().drain();
    expect(await result.get()).toBe(7);
  });

  test("a push ends at its deadline with a typed error, and nothing of it is stored", async () => {
    const file = join(temporaryFolder(), "jobs.db");
    const { app } = openApp(file, { pushTimeout: "2s" });
    await app.start();
    await app.send("t", 1);
    const hand = openByHand(file);
    hand.exec("BEGIN IMMEDIATE");
    const startedMs = performance.now();
    await expect(app.send("t", 2)).rejects.toMatchObject({ code: "ENGINE_TIMEOUT" });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    // Reading goes on all the while.
    expect(await app.engine.inspect.count({})).toBe(1);
    hand.exec("ROLLBACK");
    await app.send("t", 3);
    expect(await app.engine.inspect.count({})).toBe(2);
  });
});

function openByHandReadOnly(file: string, id: string): unknown {
  // Without the -shm file, which a read-only disk cannot take, the rows are read as of the last checkpoint.
  const database = new DatabaseSync(`file:${file}?immutable=1`, { readOnly: true });
  const row = database.prepare("SELECT count(*) AS jobs FROM lovage_job WHERE id = ?").get(id);
  database.close();
  return row?.jobs;
}

/** Writes until nothing fits any more. */
function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (let size = 1_048_576; size >= 512; ) {
      try {
        if (writeSync(descriptor, Buffer.alloc(size)) < size) size /= 2;
      } catch {
        // This much does not fit: a smaller piece may.
        size /= 2;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
