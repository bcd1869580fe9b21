import { expect, test } from "vitest";
import { sleep } from "../../src/kernel/clock.ts";
import { FakeClock } from "../../src/testing/clock.ts";

test("timers run in order, each at its own instant", async () => {
  const clock = new FakeClock({ startAt: 1_000 });
  const seen: string[] = [];
  clock.setTimer(20, () => seen.push(`b ${clock.now()}`));
  clock.setTimer(10, () => seen.push(`a ${clock.now()}`));
  clock.setTimer(20, () => seen.push(`c ${clock.now()}`));
  clock.setTimer(21, () => seen.push("too late"));
  await clock.advance(20);
  expect(seen).toEqual(["a 1010", "b 1020", "c 1020"]);
  expect(clock.now()).toBe(1_020);
  expect(clock.monotonic()).toBe(20);
  expect(clock.pending).toBe(1);
  expect(clock.nextAt).toBe(1_021);
});

test("what a timer starts may set further timers within the same advance", async () => {
  const clock = new FakeClock();
  let rounds = 0;
  const loop = async (): Promise<void> => {
    while (rounds < 5) {
      await sleep(clock, 60_000);
      await new Promise((resolve) => setImmediate(resolve));
      rounds += 1;
    }
  };
  const running = loop();
  await clock.advance("5m");
  await running;
  expect(rounds).toBe(5);
});

test("a cancelled timer never runs, and may be cancelled again", async () => {
  const clock = new FakeClock();
  const timer = clock.setTimer(1, () => expect.unreachable());
  timer.cancel();
  timer.cancel();
  await clock.advance("1s");
  expect(clock.pending).toBe(0);
});

test("a duration that is none is refused, and time stands still", async () => {
  const clock = new FakeClock({ startAt: 0 });
  await expect(clock.advance(-1)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  expect(clock.now()).toBe(0);
});

test("a timer that sets itself again without delay is reported instead of hanging", async () => {
  const clock = new FakeClock();
  const again = (): void => {
    clock.setTimer(0, again);
  };
  again();
  await expect(clock.advance(1)).rejects.toThrow(/one instant/);
});
