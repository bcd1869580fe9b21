import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MESSAGE_LIMIT_BYTES, post } from "../../../../src/engines/sqlite/mesh/index.ts";
import { LETTER_LIMIT_BYTES } from "../../../../src/engines/sqlite/mesh/letter.ts";
import { eventually } from "./eventually.ts";
import { OpenHandles } from "./open-handles.ts";
import { Town } from "./recorder.ts";

let town: Town;
beforeEach(() => {
  town = new Town();
});
afterEach(() => town.close());

const anyQueue = { queues: undefined, tasks: ["mail.send"] };

describe("letters", () => {
  test("go to the one peer that has the label, which can answer", async () => {
    const [left, right, other] = await town.started(3);
    if (left === undefined || right === undefined || other === undefined) throw new Error("Three were asked for.");
    const to = left.mesh.peerLabelled(right.label);
    expect(to !== undefined && post(to, Buffer.from("question"))).toBe(true);
    await eventually(() => expect(right.letters.map(({ text }) => text)).toEqual(["question"]));
    const [question] = right.letters;
    expect(question !== undefined && post(question.from, Buffer.from("answer"))).toBe(true);
    await eventually(() => expect(left.letters.map(({ text }) => text)).toEqual(["answer"]));
    expect([other.letters, left.mesh.peerLabelled("nobody")]).toEqual([[], undefined]);
  });

  test("over 1 MiB are not sent", async () => {
    const [left, right] = await town.pair();
    const to = left.mesh.peerLabelled(right.label);
    expect(to !== undefined && post(to, Buffer.alloc(LETTER_LIMIT_BYTES + 1))).toBe(false);
  });

  test("are not awaited from a peer that has gone, which is said", async () => {
    const [left, right] = await town.pair();
    const peer = left.mesh.peerLabelled(right.label);
    await right.mesh.stop();
    await eventually(() => expect(left.gone).toEqual([peer]));
    expect(left.mesh.peerLabelled(right.label)).toBeUndefined();
  });
});

describe("messages", () => {
  test("reach their own process and every subscriber, once and in order", async () => {
    const [left, right] = await town.pair();
    const other = town.recorder();
    await other.mesh.start();
    await Promise.all([left.mesh.subscribe("news"), right.mesh.subscribe("news")]);
    const sent = Array.from({ length: 2_000 }, (_, index) => `${index}`);
    for (const message of sent) left.mesh.publish("news", message);
    await eventually(() => expect(right.heard("news")).toHaveLength(sent.length));
    expect(right.heard("news")).toEqual(sent);
    expect(left.heard("news")).toEqual(sent);
    expect(other.messages).toEqual([]);
  });

  test("of the largest size pass, as text and as bytes; a larger one is refused by name", async () => {
    const [left, right] = await town.pair();
    await right.mesh.subscribe("large");
    const text = "ä".repeat(MESSAGE_LIMIT_BYTES / 2);
    const bytes = new Uint8Array(MESSAGE_LIMIT_BYTES).map((_, index) => index % 251);
    left.mesh.publish("large", text);
    left.mesh.publish("large", bytes);
    await eventually(() => expect(right.heard("large")).toHaveLength(2));
    expect(right.heard("large")[0] === text).toBe(true);
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(right.heard("large")[1] ?? ""))).toBe(0);
    expect(() => left.mesh.publish("large", `${text}!`)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
  });

  test("stop after unsubscribe, and nobody is taken for a subscriber any more", async () => {
    const [left, right] = await town.pair();
    expect(left.mesh.hasSubscribers("news")).toBe(false);
    await right.mesh.subscribe("news");
    expect(left.mesh.hasSubscribers("news")).toBe(true);
    right.mesh.unsubscribe("news");
    left.mesh.publish("news", "too late");
    await eventually(() => expect(left.mesh.hasSubscribers("news")).toBe(false));
    await right.mesh.subscribe("news");
    left.mesh.publish("news", "again");
    await eventually(() => expect(right.heard("news")).toEqual(["again"]));
  });

  test("are heard from the start by who subscribed before the publisher came", async () => {
    const early = town.recorder();
    await early.mesh.start();
    await early.mesh.subscribe("news");
    const late = town.recorder();
    await late.mesh.start();
    late.mesh.publish("news", "first");
    await eventually(() => expect(early.heard("news")).toEqual(["first"]));
  });

  test("that were published just before stop are sent", async () => {
    const [left, right] = await town.pair();
    await right.mesh.subscribe("news");
    for (let index = 0; index < 5; index += 1) left.mesh.publish("news", "a".repeat(MESSAGE_LIMIT_BYTES));
    await left.mesh.stop();
    await eventually(() => expect(right.heard("news")).toHaveLength(5));
  });

  test("go on after a listener has thrown", async () => {
    const [left, right] = await town.pair();
    await right.mesh.subscribe("news");
    vi.spyOn(right.messages, "push").mockImplementationOnce(() => {
      throw new Error("broken listener");
    });
    left.mesh.publish("news", "lost");
    left.mesh.publish("news", "heard");
    await eventually(() => expect(right.heard("news")).toEqual(["heard"]));
    expect(right.log).toContainEqual({ level: "error", message: "mesh message could not be handed on" });
  });
});

describe("peers", () => {
  test("that start at the same time have one connection to each other", async () => {
    const recorders = await town.started(12);
    for (const { mesh } of recorders) expect(mesh.statistics().peers).toBe(11);
    await Promise.all(recorders.map(({ mesh }) => mesh.subscribe("news")));
    for (const { id, mesh } of recorders) mesh.publish("news", id);
    const ids = recorders.map(({ id }) => id).sort();
    for (const recorder of recorders) {
      await eventually(() => expect(recorder.heard("news").sort()).toEqual(ids));
    }
  });

  test("that come and go at random end up fully connected", async () => {
    const recorders = await town.started(6);
    for (let round = 0; round < 5; round += 1) {
      const movers = recorders.filter((_, index) => (index + round) % 3 === 0);
      await Promise.all(movers.map(({ mesh }) => mesh.stop()));
      await Promise.all(movers.map(({ mesh }) => mesh.start()));
    }
    await eventually(() => {
      for (const { mesh } of recorders) expect(mesh.statistics().peers).toBe(5);
    });
    await Promise.all(recorders.map(({ mesh }) => mesh.subscribe("news")));
    recorders[0]?.mesh.publish("news", "once");
    for (const recorder of recorders) await eventually(() => expect(recorder.heard("news")).toEqual(["once"]));
  });

  test("keep their subscriptions over a stop and a start", async () => {
    const [left, right] = await town.pair();
    await right.mesh.subscribe("news");
    await right.mesh.stop();
    await right.mesh.start();
    left.mesh.publish("news", "back");
    await eventually(() => expect(right.heard("news")).toEqual(["back"]));
  });

  test("put a lost row back", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const recorder = town.recorder();
      await recorder.mesh.start();
      town.registry.remove(recorder.id);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(town.registry.list().map(({ id }) => id)).toEqual([recorder.id]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("take off whoever nobody has reached for an hour, wherever it ran", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    try {
      const vanished = { id: "vanished", address: "/nowhere/lovage-1/mesh.sock", pid: 1, host: "elsewhere" };
      const listed = (): string[] => town.registry.list().map(({ id }) => id);
      town.registry.add(vanished);
      const [recorder, other] = await town.pair();
      await vi.advanceTimersByTimeAsync(55 * 60_000);
      expect(listed()).toContain(vanished.id);
      await vi.advanceTimersByTimeAsync(7 * 60_000);
      expect(listed().sort()).toEqual([recorder.id, other.id].sort());
      // It lives after all, where its socket cannot be seen: it lists itself again, and its hour begins anew.
      town.registry.add(vanished);
      await vi.advanceTimersByTimeAsync(50 * 60_000);
      expect(listed()).toContain(vanished.id);
      await vi.advanceTimersByTimeAsync(12 * 60_000);
      expect(listed()).not.toContain(vanished.id);
    } finally {
      vi.useRealTimers();
    }
  });

  test("listen where only this user can reach, and leave nothing behind", async () => {
    const [left] = await town.pair();
    const address = town.registry.list().find(({ id }) => id === left.id)?.address ?? "";
    expect(statSync(address).isSocket()).toBe(true);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    await town.recorder().mesh.stop();
    await left.mesh.stop();
    await left.mesh.stop();
    expect(existsSync(dirname(address))).toBe(false);
    expect(town.registry.list().map(({ id }) => id)).not.toContain(left.id);
  });

  test("hold no socket and no timer after stop", async () => {
    const handles = new OpenHandles();
    const recorders = await town.started(4);
    await recorders[0]?.mesh.subscribe("news");
    expect(handles.names()).toContain("PIPESERVERWRAP");
    expect(handles.names()).toContain("Timeout");
    await Promise.all(recorders.map(({ mesh }) => mesh.stop()));
    await eventually(() => expect(handles.names()).toEqual([]));
    handles.disable();
  });

  test("whose registry fails at start say so, and hold nothing", async () => {
    const recorder = town.recorder();
    vi.spyOn(town.registry, "add").mockImplementationOnce(() => {
      throw new Error("the table is gone");
    });
    await expect(recorder.mesh.start()).rejects.toThrow("the table is gone");
    await recorder.mesh.start();
    expect(town.registry.list()).toHaveLength(1);
  });
});

describe("wake-ups", () => {
  test("take a waiter of the same process first, then spread over the others", async () => {
    const recorders = await town.started(4);
    for (const [index, { mesh }] of recorders.entries()) {
      mesh.wait({ id: `${index}.1`, interest: anyQueue });
      mesh.wait({ id: `${index}.2`, interest: anyQueue });
    }
    const [first] = recorders;
    await first?.mesh.subscribe("settled");
    const arrived = (): number => recorders.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
    const wake = (count: number): void => first?.mesh.wake([{ queue: "default", task: "mail.send", count }]);
    wake(2);
    expect(first?.arrivals).toEqual(["0.1", "0.2"]);
    wake(3);
    await eventually(() => expect(arrived()).toBe(5));
    expect(recorders.map(({ arrivals }) => arrivals.length)).toEqual([2, 1, 1, 1]);
    wake(100);
    await eventually(() => expect(arrived()).toBe(8));
    expect(recorders.map(({ arrivals }) => arrivals.length)).toEqual([2, 2, 2, 2]);
  });

  test("go only to workers that may take the jobs", async () => {
    const [left, right] = await town.pair();
    right.mesh.wait({ id: "other task", interest: { queues: undefined, tasks: ["other"] } });
    right.mesh.wait({ id: "other queue", interest: { queues: ["slow"], tasks: ["mail.send"] } });
    right.mesh.wait({ id: "fits", interest: { queues: ["fast"], tasks: ["mail.send"] } });
    await left.mesh.subscribe("settled");
    left.mesh.wake([
      { queue: "fast", task: "mail.send", count: 5 },
      { queue: "fast", task: "unknown", count: 5 },
    ]);
    await eventually(() => expect(right.arrivals).toEqual(["fits"]));
    left.mesh.wake([{ queue: "slow", task: "mail.send", count: 1 }]);
    await eventually(() => expect(right.arrivals).toEqual(["fits", "other queue"]));
  });

  test("that find a worker gone busy go to another", async () => {
    const [pusher, busy, idle] = await town.started(3);
    busy?.mesh.wait({ id: "busy", interest: anyQueue });
    await pusher?.mesh.subscribe("first");
    idle?.mesh.wait({ id: "idle", interest: anyQueue });
    await pusher?.mesh.subscribe("second");
    busy?.mesh.unwait("busy");
    pusher?.mesh.wake([{ queue: "default", task: "mail.send", count: 1 }]);
    await eventually(() => expect(idle?.arrivals).toEqual(["idle"]));
    expect(busy?.arrivals).toEqual([]);
  });

  test("of two pushers at once reach two workers", async () => {
    const recorders = await town.started(4);
    const [one, two, left, right] = recorders;
    for (let round = 1; round <= 50; round += 1) {
      for (const recorder of [left, right]) recorder?.mesh.wait({ id: `${round}`, interest: anyQueue });
      await Promise.all([one?.mesh.subscribe(`${round}`), two?.mesh.subscribe(`${round}`)]);
      for (const recorder of [one, two]) recorder?.mesh.wake([{ queue: "default", task: "mail.send", count: 1 }]);
      for (const recorder of [left, right]) await eventually(() => expect(recorder?.arrivals).toHaveLength(round));
    }
  });

  test("answer an announcement that crossed with them", async () => {
    const [left, right] = await town.pair();
    left.mesh.wake([{ queue: "default", task: "mail.send", count: 1 }]);
    right.mesh.wait({ id: "crossed", interest: anyQueue });
    await eventually(() => expect(right.arrivals).toEqual(["crossed"]));
    right.mesh.wait({ id: "next", interest: anyQueue });
    await left.mesh.subscribe("settled");
    await right.mesh.subscribe("settled");
    expect(right.arrivals).toEqual(["crossed"]);
  });

  test("are never more than there are jobs, and never two for one wait", async () => {
    const recorders = await town.started(5);
    const [pusher, ...workers] = recorders;
    let jobs = 0;
    for (let round = 0; round < 100; round += 1) {
      for (const [index, { mesh }] of workers.entries()) {
        if ((round + index) % 2 === 0) mesh.wait({ id: `${round}`, interest: anyQueue });
        if ((round + index) % 3 === 0) mesh.unwait(`${round - 1}`);
      }
      const count = round % 4;
      jobs += count;
      pusher?.mesh.wake([{ queue: "default", task: "mail.send", count }]);
      if (round % 10 === 0) await pusher?.mesh.subscribe(`${round}`);
    }
    await pusher?.mesh.subscribe("settled");
    await Promise.all(workers.map(({ mesh }) => mesh.subscribe("settled")));
    const arrivals = workers.flatMap((worker, index) => worker.arrivals.map((id) => `${index} ${id}`));
    expect(arrivals.length).toBeGreaterThan(0);
    expect(arrivals.length).toBeLessThanOrEqual(jobs);
    expect(new Set(arrivals).size).toBe(arrivals.length);
  });

  test("still work after many interests have come and gone", async () => {
    const [left, right] = await town.pair();
    for (let index = 0; index < 300; index += 1) {
      right.mesh.wait({ id: "one", interest: { queues: [`queue-${index}`], tasks: ["mail.send"] } });
      await right.mesh.subscribe(`${index}`);
    }
    left.mesh.wake([{ queue: "queue-298", task: "mail.send", count: 1 }]);
    left.mesh.wake([{ queue: "queue-299", task: "mail.send", count: 1 }]);
    await eventually(() => expect(right.arrivals).toEqual(["one"]));
  });

  test("name an interest that is too large to tell", async () => {
    const tasks = Array.from({ length: 20_000 }, (_, index) => `${index}`.padEnd(100, "x"));
    expect(() => town.recorder().mesh.wait({ id: "1", interest: { queues: undefined, tasks } })).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });
});
