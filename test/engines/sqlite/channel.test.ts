import { expect, test, vi } from "vitest";
import { Channel } from "../../../src/engines/sqlite/client/channel.ts";
import { Subscriptions } from "../../../src/engines/sqlite/client/subscriptions.ts";
import { readSqliteOptions } from "../../../src/engines/sqlite/options.ts";
import type { Order } from "../../../src/engines/sqlite/protocol.ts";
import { temporaryPath } from "./setup.ts";

const brokenOrder: Order = JSON.parse('{"kind":"call"}');

test("when the thread dies, what is pending is rejected, and the next call starts another", async () => {
  let ended = 0;
  const subscriptions = new Subscriptions();
  const channel = new Channel(readSqliteOptions({ path: temporaryPath() }), {
    onArrival: () => {},
    onMessage: (topic, message) => subscriptions.deliver(topic, message),
    onEnd: () => {
      ended += 1;
    },
    onLog: () => {},
    onRevived: () => void subscriptions.restore(channel),
  });
  await channel.start();
  const heard: unknown[] = [];
  await subscriptions.add(channel, "topic", (message) => heard.push(message));
  channel.tell(brokenOrder);
  await expect(channel.call("count", {})).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  expect(ended).toBe(1);
  const [first, second] = await vi.waitFor(
    async () => [await channel.call("count", {}), await channel.call("count", {})],
    { timeout: 10_000 },
  );
  expect([first, second]).toEqual([0, 0]);
  await vi.waitFor(
    async () => {
      await channel.publish("topic", "again");
      expect(heard).toContain("again");
    },
    { timeout: 10_000 },
  );
  await channel.stop();
  expect(ended).toBe(2);
});

test("a thread that died is not replaced over and over, and a channel that was stopped has none", async () => {
  const channel = new Channel(readSqliteOptions({ path: temporaryPath() }), {
    onArrival: () => {},
    onMessage: () => {},
    onEnd: () => {},
    onLog: () => {},
    onRevived: () => {},
  });
  await channel.start();
  channel.tell(brokenOrder);
  await expect(channel.call("count", {})).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  await channel.stop();
  await expect(channel.call("count", {})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  await channel.start();
  expect(await channel.call("count", {})).toBe(0);
  await channel.stop();
});
