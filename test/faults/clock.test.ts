import { join } from "node:path";
import { expect, test } from "vitest";
import { openApp, openByHand, temporaryFolder } from "./setup.ts";

/** What the leases look like once the machine's clock was set back by two hours. */
const setBack = "UPDATE lovage_worker SET lease_until = lease_until + 7200000, steady_since = steady_since + 7200000";

test("a clock that was set back keeps no lost worker's jobs from running, and takes none from a worker that lives", async () => {
  const file = join(temporaryFolder(), "jobs.db");
  const { app, lines } = openApp(file);
  let runs = 0;
  const release = Promise.withResolvers<void>();
  const held = app.task({
    name: "held",
    async run() {
      runs += 1;
      await release.promise;
      return runs;
    },
  });
  const worker = app.worker();
  await worker.start();
  const running = await held.delay();
  await expect.poll(() => runs).toBe(1);
  const orphan = await app.task({ name: "orphan", run: async () => "rescued" }).delay(undefined, { countdown: "1h" });
  const hand = openByHand(file);
  hand.exec(
    "INSERT INTO lovage_worker SELECT 'lost', host, pid, version, queues, tasks, 1, 0, 1000, lease_until, 0 FROM lovage_worker",
  );
  hand.prepare("UPDATE lovage_job SET state = 'active', worker = 'lost', exchange = 1 WHERE id = ?").run(orphan.id);
  hand.exec(setBack);

  // Handed to somebody again: this worker does not know the task, so the job stays as it is.
  await expect.poll(() => orphan.state(), { timeout: 10_000 }).toBe("ready");
  release.resolve();
  expect(await running.get({ timeout: "5s" })).toBe(1);
  expect(lines.filter(({ message }) => /lapsed|given to others/.test(message))).toEqual([]);
  await worker.stop();
});
