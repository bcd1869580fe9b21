import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { acceptance, type Stage, until } from "./stage.ts";

const SECOND_MS = 1_000;

/** The instants that jobs of a schedule were planned for, in their order, as the engine has them. */
async function plannedOf(stage: Stage, name: string): Promise<number[]> {
  const jobs = await stage.tasks.app.engine.inspect.list({ filter: {}, cursor: undefined, limit: 10_000 });
  const own = jobs.filter(({ headers }) => headers?.["lovage-schedule"] === name);
  return own.map(({ headers }) => Date.parse(headers?.["lovage-scheduled-at"] ?? "")).toSorted((a, b) => a - b);
}

/** Every second from the first to the last, each once. */
function expectSeconds(planned: readonly number[]): void {
  const [first = 0] = planned;
  expect(planned).toEqual(planned.map((_, index) => first + index * SECOND_MS));
}

acceptance("schedules", {
  "two workers beat: each occurrence runs once, on time": async (stage) => {
    await Promise.all([stage.worker(), stage.worker()]);
    const { app, double } = stage.tasks;
    await app.schedules.create({ name: "seconds", task: double, input: 21, every: "1s" });
    const said = await stage.hears("double", 4);
    await app.schedules.pause("seconds");
    const planned = await plannedOf(stage, "seconds");
    expect(planned.length).toBeGreaterThanOrEqual(4);
    expectSeconds(planned);
    expect(new Set(said.map(({ id }) => id)).size).toBe(said.length);
    const [first] = (await app.engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 })).slice(-1);
    expect((first?.createdAt ?? 0) - (planned[0] ?? 0)).toBeLessThan(SECOND_MS);
  },

  "workers killed in mid-tick leave neither a gap nor a double": async (stage) => {
    const { app, double } = stage.tasks;
    const names = Array.from({ length: 12 }, (_, number) => `seconds ${number}`);
    for (const name of names) await app.schedules.create({ name, task: double, input: 1, every: "1s", missed: "all" });
    let worker = await stage.worker({ concurrency: 20 });
    for (let kills = 0; kills < 4; kills += 1) {
      // Into the 20 ms in which a dozen schedules are due.
      await sleep(SECOND_MS - (Date.now() % SECOND_MS) + 20 * Math.random());
      worker.signalAll("SIGKILL");
      worker = await stage.worker({ concurrency: 20 });
    }
    const killed = Date.now();
    await until("all have caught up", async () => {
      const planned = await Promise.all(names.map((name) => plannedOf(stage, name)));
      return planned.every((instants) => (instants.at(-1) ?? 0) > killed) ? true : undefined;
    });
    for (const name of names) await app.schedules.pause(name);
    for (const name of names) {
      const planned = await plannedOf(stage, name);
      expect(planned.length).toBeGreaterThan(4);
      expectSeconds(planned);
    }
  },

  "everything stopped and started again: what was missed runs once": async (stage) => {
    const { app, double } = stage.tasks;
    await app.schedules.create({ name: "seconds", task: double, input: 1, every: "1s" });
    const worker = await stage.worker();
    await stage.hears("double", 2);
    worker.signalAll("SIGKILL");
    await sleep(3 * SECOND_MS);
    const down = (await plannedOf(stage, "seconds")).at(-1) ?? 0;
    await stage.worker();
    const planned = await until("it goes on", async () => {
      const found = await plannedOf(stage, "seconds");
      return found.some((at) => at > down) ? found : undefined;
    });
    const [next = 0] = planned.filter((at) => at > down);
    expect(next - down).toBeGreaterThanOrEqual(3 * SECOND_MS);
  },

  "one job at a time: with overlap skip no two run at once": async (stage) => {
    const { app, slow } = stage.tasks;
    await Promise.all([stage.worker(), stage.worker()]);
    await app.schedules.create({ name: "slow", task: slow, input: { ms: 1_500 }, every: "1s", overlap: "skip" });
    await stage.hears("slow ended", 2);
    await app.schedules.pause("slow");
    const planned = await plannedOf(stage, "slow");
    for (const [index, at] of planned.slice(1).entries())
      expect(at - (planned[index] ?? 0)).toBeGreaterThanOrEqual(2 * SECOND_MS);
  },

  "made, changed, paused, resumed, triggered and removed from another process": async (stage) => {
    const { app, double } = stage.tasks;
    await stage.worker();
    const made = await app.schedules.create({ name: "é 😀", task: double, input: 4, cron: "0 0 1 1 *" });
    expect(await app.schedules.list()).toEqual([made]);
    expect((await app.schedules.update("é 😀", { input: 5 })).upcoming).toEqual(made.upcoming);
    expect((await app.schedules.pause("é 😀")).state).toBe("paused");
    expect(await (await app.schedules.trigger("é 😀")).get({ timeout: "20s" })).toBe(10);
    expect((await app.schedules.resume("é 😀")).upcoming).toEqual(made.upcoming);
    await app.schedules.update("é 😀", { every: "1s" });
    await stage.hears("double", 2);
    await app.schedules.remove("é 😀");
    await expect(app.schedules.get("é 😀")).rejects.toMatchObject({ code: "SCHEDULE_NOT_FOUND" });
    await expect(app.schedules.create({ name: "a", task: double, input: 1, at: 1 })).rejects.toThrow("never happen");
  },
});
