import { expect, test } from "vitest";
import { Channel } from "../../../src/engines/sqlite/client/channel.ts";
import { readSqliteOptions } from "../../../src/engines/sqlite/options.ts";
import type { Order } from "../../../src/engines/sqlite/protocol.ts";
import { temporaryPath } from "./setup.ts";

test("when the thread dies, what is pending is rejected, and a new start works", async () => {
  let ended = 0;
  const channel = new Channel(readSqliteOptions({ path: temporaryPath() }), {
    onArrival: () => {},
    onMessage: () => {},
    onEnd: () => {
      ended += 1;
    },
  });
  await channel.start();
  const brokenOrder: Order = JSON.parse('{"kind":"call"}');
  channel.tell(brokenOrder);
  const pending = channel.call("count", {});
  await expect(pending).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  expect(ended).toBe(1);
  await expect(channel.call("count", {})).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
  await channel.stop();
  await expect(channel.call("count", {})).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  await channel.start();
  expect(await channel.call("count", {})).toBe(0);
  await channel.stop();
});
