import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hostIdentity } from "../../../../src/engines/sqlite/mesh/peer.ts";
import { eventually } from "./eventually.ts";
import { Neighbour, peerProcessPath } from "./neighbour.ts";
import { type Recorder, Town } from "./recorder.ts";

const megabyte = 1024 * 1024;
const mail = { queue: "default", task: "mail.send" };
const interest = { queues: undefined, tasks: ["mail.send"] };

let town: Town;
let neighbours: Neighbour[];
beforeEach(() => {
  town = new Town();
  neighbours = [];
});
afterEach(async () => {
  await Promise.all(neighbours.map((neighbour) => neighbour.kill()));
  await town.close();
});

async function neighbour(): Promise<Neighbour> {
  const one = await Neighbour.start(town.path);
  neighbours.push(one);
  return one;
}

async function started(): Promise<Recorder> {
  const recorder = town.recorder();
  await recorder.mesh.start();
  return recorder;
}

/** Bytes of buffers that are still in use. */
function bufferBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().arrayBuffers;
}

describe("messages between processes", () => {
  test("of 1 MiB arrive whole and in order", async () => {
    const here = await started();
    const there = await neighbour();
    await here.mesh.subscribe("large");
    await there.ask({ kind: "publish", topic: "large", prefix: "part", count: 15, characters: megabyte });
    await eventually(() => expect(here.heard("large")).toHaveLength(15));
    expect(here.heard("large").map((message) => message.length)).toEqual(new Array(15).fill(megabyte));
    expect(here.heard("large").map((message) => Number.parseInt(String(message).slice(5), 10))).toEqual([
      ...new Array(15).keys(),
    ]);
  });

  test("of three publishers keep each publisher's order", async () => {
    const here = await started();
    await here.mesh.subscribe("news");
    const publishers = await Promise.all([neighbour(), neighbour(), neighbour()]);
    await Promise.all(
      publishers.map((one, index) =>
        one.ask({ kind: "publish", topic: "news", prefix: `${index}`, count: 5_000, characters: 50 }),
      ),
    );
    await eventually(() => expect(here.messages).toHaveLength(15_000));
    for (const index of publishers.keys()) {
      const own = here.heard("news").filter((message) => String(message).startsWith(`${index} `));
      expect(own.map((message) => Number.parseInt(String(message).slice(2), 10))).toEqual([...new Array(5_000).keys()]);
    }
  });

  test("published after subscribe resolved are never missed, in 1,000 rounds", async () => {
    const here = await started();
    const there = await neighbour();
    await there.ask({ kind: "stream", topic: "clock" });
    for (let round = 0; round < 1_000; round += 1) {
      here.messages.length = 0;
      await here.mesh.subscribe("clock");
      // The monotonic clock is one for all processes, and each message names the instant of the one before it: were
      // that later than now, the one before was published after subscribe resolved, and missed.
      const resolvedAt = process.hrtime.bigint();
      while (here.messages.length === 0) await new Promise(setImmediate);
      expect(BigInt(String(here.messages[0]?.message))).toBeLessThanOrEqual(resolvedAt);
      here.mesh.unsubscribe("clock");
      // Lets the publisher hear of it, or what is under way would pass for the next round's first message.
      await there.ask({ kind: "report" });
    }
  });
});

describe("a process that was killed", () => {
  test("is taken off the registry by the others, its socket removed", async () => {
    const here = await started();
    const victim = await neighbour();
    const bystander = await neighbour();
    const row = town.registry.list().find(({ pid }) => pid === victim.pid);
    if (row === undefined) throw new Error("The peer is not listed.");
    await victim.kill();
    await eventually(() => expect(town.registry.list().map(({ id }) => id)).not.toContain(row.id));
    await eventually(() => expect(existsSync(dirname(row.address))).toBe(false));
    expect(here.mesh.statistics().peers).toBe(1);
    expect((await bystander.ask({ kind: "report" })).peers).toBe(1);
  });

  test("does not hold up a subscription that waits for it", async () => {
    const here = await started();
    const victim = await neighbour();
    victim.signal("SIGSTOP");
    const subscribed = here.mesh.subscribe("news");
    const startedAt = performance.now();
    await victim.kill();
    await subscribed;
    expect(performance.now() - startedAt).toBeLessThan(900);
  });
});

describe("what others left behind", () => {
  const dead = { pid: 2 ** 22 + 1, host: hostIdentity() };

  test("by a killed process of this host is removed at start", async () => {
    const victim = await neighbour();
    const [row] = town.registry.list();
    await victim.kill();
    expect(town.registry.list()).toEqual([row]);
    expect(existsSync(row?.address ?? "")).toBe(true);
    await started();
    expect(town.registry.list().map(({ id }) => id)).not.toContain(row?.id);
    expect(existsSync(dirname(row?.address ?? ""))).toBe(false);
  });

  test("by a process of another host is left alone", async () => {
    town.registry.add({ id: "foreign", address: "/nowhere/lovage-1/mesh.sock", pid: dead.pid, host: "elsewhere" });
    const here = await started();
    await here.mesh.subscribe("news");
    expect(town.registry.list().map(({ id }) => id)).toContain("foreign");
  });

  test("is removed only where it is a socket of ours", async () => {
    const file = join(town.folder, "mesh.sock");
    writeFileSync(file, "precious");
    town.registry.add({ id: "hostile", address: file, ...dead });
    town.registry.add({ id: "malformed", address: "a\0b", ...dead });
    town.registry.add({ id: "empty", address: "", ...dead });
    const here = await started();
    const there = await neighbour();
    expect(existsSync(file)).toBe(true);
    expect(here.mesh.statistics().peers).toBe(1);
    expect((await there.ask({ kind: "report" })).peers).toBe(1);
  });
});

describe("a process that hangs", () => {
  test("delays one subscription by its deadline, and no later one", async () => {
    const here = await started();
    const wedged = await neighbour();
    wedged.signal("SIGSTOP");
    const first = performance.now();
    await here.mesh.subscribe("first");
    expect(performance.now() - first).toBeGreaterThan(900);
    const second = performance.now();
    await here.mesh.subscribe("second");
    expect(performance.now() - second).toBeLessThan(500);
    wedged.signal("SIGCONT");
    // What it published before it read the subscription was lost; from then on it is heard.
    await eventually(async () => {
      await wedged.ask({ kind: "publish", topic: "second", prefix: "awake", count: 1, characters: 0 });
      expect(here.heard("second")).toContain("awake 0");
    });
  });

  test("delays a start by its deadline, and is connected when it goes on", async () => {
    const wedged = await neighbour();
    wedged.signal("SIGSTOP");
    const here = await started();
    expect(here.mesh.statistics().peers).toBe(0);
    wedged.signal("SIGCONT");
    await eventually(() => expect(here.mesh.statistics().peers).toBe(1));
  });

  test("loses messages, which are counted, and costs no memory beyond its buffer", async () => {
    const here = await started();
    const wedged = await neighbour();
    await wedged.ask({ kind: "subscribe", topic: "flood" });
    wedged.signal("SIGSTOP");
    const before = bufferBytes();
    for (let index = 0; index < 300; index += 1) {
      here.mesh.publish("flood", `${index}`.padEnd(megabyte, "."));
      await new Promise(setImmediate);
    }
    // 16 MiB wait for the peer, and what was just dropped may not be freed yet; all of it would be 300 MiB.
    expect(bufferBytes() - before).toBeLessThan(64 * megabyte);
    expect(here.mesh.statistics().dropped).toBeGreaterThan(280);
    wedged.signal("SIGCONT");
    await eventually(async () => {
      here.mesh.publish("flood", "after");
      const { messages } = await wedged.ask({ kind: "report" });
      expect(messages.at(-1)?.start).toBe("after");
      expect(messages.filter(({ length }) => length === megabyte).length).toBeLessThan(20);
    });
  });

  test("is passed over by the next wake", async () => {
    const here = await started();
    const [wedged, awake] = [await neighbour(), await neighbour()];
    for (const id of ["1", "2", "3"]) {
      await wedged.ask({ kind: "wait", waiter: { id, interest } });
      await awake.ask({ kind: "wait", waiter: { id, interest } });
    }
    await here.mesh.subscribe("settled");
    wedged.signal("SIGSTOP");
    const arrivals = async (): Promise<number> => (await awake.ask({ kind: "report" })).arrivals.length;
    here.mesh.wake([{ ...mail, count: 2 }]);
    await eventually(async () => expect(await arrivals()).toBe(1));
    for (let wakes = 2; wakes <= 6; wakes += 1) {
      // Heard again, so it goes before the process that has not been heard since its wake.
      await awake.ask({ kind: "wait", waiter: { id: `again ${wakes}`, interest } });
      await here.mesh.subscribe(`${wakes}`);
      here.mesh.wake([{ ...mail, count: 1 }]);
      await eventually(async () => expect(await arrivals()).toBe(wakes));
    }
  });
});

describe("wake-ups between processes", () => {
  test("are no more than there are jobs, whoever pushes", async () => {
    const here = await started();
    const others = await Promise.all([neighbour(), neighbour(), neighbour()]);
    let jobs = 0;
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(others.map((one) => one.ask({ kind: "wait", waiter: { id: `${round}`, interest } })));
      here.mesh.wake([{ ...mail, count: 1 }]);
      await others[round % 3]?.ask({ kind: "wake", ready: [{ ...mail, count: 1 }] });
      jobs += 2;
    }
    await here.mesh.subscribe("settled");
    const reports = await Promise.all(others.map((one) => one.ask({ kind: "report" })));
    const woken = reports.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    expect(woken).toBeGreaterThan(jobs / 2);
    expect(woken).toBeLessThanOrEqual(jobs);
  });
});

describe("a process", () => {
  test("is not kept alive by its mesh", async () => {
    await neighbour();
    const execArgv = ["--conditions=lovage-source", "--disable-warning=ExperimentalWarning"];
    await promisify(execFile)(process.execPath, [...execArgv, peerProcessPath, town.path], { timeout: 10_000 });
  });
});
