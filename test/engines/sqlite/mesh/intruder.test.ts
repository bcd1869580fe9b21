import { createConnection, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { allocateFrame } from "../../../../src/engines/sqlite/mesh/frame.ts";
import { encodeSignal } from "../../../../src/engines/sqlite/mesh/signal.ts";
import { eventually } from "./eventually.ts";
import { type Recorder, Town } from "./recorder.ts";

let town: Town;
let here: Recorder;
beforeEach(async () => {
  town = new Town();
  here = town.recorder();
  await here.mesh.start();
});
afterEach(() => town.close());

interface Intruder {
  readonly socket: Socket;
  closed: boolean;
  readBytes: number;
}

async function connect(): Promise<Intruder> {
  const socket = createConnection({ path: town.registry.list()[0]?.address ?? "" });
  const intruder: Intruder = { socket, closed: false, readBytes: 0 };
  socket.on("error", () => {});
  socket.on("close", () => {
    intruder.closed = true;
  });
  socket.on("data", (chunk) => {
    intruder.readBytes += chunk.length;
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return intruder;
}

async function connected(): Promise<Intruder> {
  const intruder = await connect();
  intruder.socket.write(encodeSignal({ kind: "hello", from: "intruder", to: here.id, label: "" }));
  await eventually(() => expect(intruder.readBytes).toBeGreaterThan(0));
  expect(here.mesh.statistics().peers).toBe(1);
  return intruder;
}

/** The mesh goes on: a new peer connects and hears. */
async function expectAtWork(): Promise<void> {
  const other = town.recorder();
  await other.mesh.start();
  await other.mesh.subscribe("news");
  here.mesh.publish("news", "at work");
  await eventually(() => expect(other.heard("news")).toEqual(["at work"]));
}

describe("who connects", () => {
  test.each([
    ["with bytes that are no frame", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["with another signal than hello", encodeSignal({ kind: "acknowledged", sequence: 1 })],
    ["with a hello to another peer", encodeSignal({ kind: "hello", from: "intruder", to: "somebody", label: "" })],
  ])("%s is disconnected", async (_, bytes) => {
    const intruder = await connect();
    intruder.socket.write(bytes);
    await eventually(() => expect(intruder.closed).toBe(true));
    expect(here.log.map(({ level }) => level)).toContain("warn");
    await expectAtWork();
  });

  test("and says nothing is disconnected after a while", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const intruder = await connect();
      const closed = new Promise((resolve) => intruder.socket.once("close", resolve));
      // Until the other end has accepted, there is no timer to move.
      while (vi.getTimerCount() === 0) await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(6_000);
      await closed;
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a peer", () => {
  const hugeFrame = Buffer.alloc(6, 0xff).fill(1, 4);

  test.each([
    ["a frame that is too large", hugeFrame],
    ["a frame of another version", Buffer.from([0, 0, 0, 2, 7, 1])],
    ["a signal that is not JSON", rawFrame("signal", "{")],
    ["a signal of unknown kind", rawFrame("signal", '{"kind":"reboot"}')],
    ["a message that is cut short", rawFrame("message", "\0")],
    ["a second hello", encodeSignal({ kind: "hello", from: "intruder", to: "somebody", label: "" })],
  ])("that sends %s is disconnected, and the process goes on", async (_, bytes) => {
    const intruder = await connected();
    intruder.socket.write(bytes);
    await eventually(() => expect(intruder.closed).toBe(true));
    expect(here.mesh.statistics().peers).toBe(0);
    expect(here.log).toContainEqual({
      level: "warn",
      message: "mesh connection closed: its peer sent what cannot be read",
    });
    await expectAtWork();
  });

  test("that wakes workers of a group that is not there is answered, and nobody is woken", async () => {
    const intruder = await connected();
    const before = intruder.readBytes;
    intruder.socket.write(encodeSignal({ kind: "wake", group: 99, queue: "q", task: "t", count: 3 }));
    await eventually(() => expect(intruder.readBytes).toBeGreaterThan(before));
    expect(here.arrivals).toEqual([]);
    intruder.socket.destroy();
    await expectAtWork();
  });

  test("of a turn gets one write", async () => {
    const intruder = await connected();
    intruder.socket.write(encodeSignal({ kind: "topics", sequence: 1, subscribed: ["news"], unsubscribed: [] }));
    await eventually(() => expect(here.mesh.hasSubscribers("news")).toBe(true));
    await eventually(() => expect(intruder.readBytes).toBeGreaterThan(100));
    const chunks: number[] = [];
    intruder.socket.on("data", (chunk) => chunks.push(chunk.length));
    for (let index = 0; index < 500; index += 1) here.mesh.publish("news", "x".repeat(100));
    await eventually(() => expect(chunks.reduce((sum, bytes) => sum + bytes, 0)).toBe(500 * 113));
    // One write of 56,500 bytes fits one read of 64 KiB; a write each would come in many.
    expect(chunks).toHaveLength(1);
    intruder.socket.destroy();
  });
});

function rawFrame(type: "signal" | "message", body: string): Buffer {
  const { frame, bodyOffset } = allocateFrame(type, Buffer.byteLength(body));
  frame.write(body, bodyOffset);
  return frame;
}
