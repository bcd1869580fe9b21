import { existsSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { nowMs, Turnstile } from "../../../src/engines/sqlite/thread/turnstile.ts";
import { temporaryPath } from "./setup.ts";

function openTurnstiles(count: number): readonly Turnstile[] {
  const path = temporaryPath();
  writeFileSync(path, "");
  return Array.from({ length: count }, (_, slot) => {
    const turnstile = new Turnstile(path, slot);
    onTestFinished(() => turnstile.close(false));
    return turnstile;
  });
}

test("whoever came first is first, until they leave", () => {
  const [first, second, third] = openTurnstiles(3) as [Turnstile, Turnstile, Turnstile];
  const since = nowMs();
  first.wait(since);
  second.wait(since + 1);
  expect([first.ahead(since), second.ahead(since + 1), third.ahead(since + 2)]).toEqual([[], [0], [0, 1]]);
  first.leave();
  expect([second.ahead(since + 1), third.ahead(since + 2)]).toEqual([[], [1]]);
});

test("one that was killed while it waited holds nobody up for long", async () => {
  const [killed, next] = openTurnstiles(2) as [Turnstile, Turnstile];
  const since = nowMs();
  killed.wait(since);
  expect(next.ahead(since + 1)).toEqual([0]);
  await expect.poll(() => next.ahead(since + 1)).toEqual([]);
});

test("without a file there are no turns, and nobody waits", () => {
  const turnstile = new Turnstile(`${temporaryPath()}/no-folder`, 0);
  turnstile.wait(nowMs());
  turnstile.leave();
  expect(turnstile.ahead(nowMs())).toEqual([]);
  turnstile.close(true);
});

test("the file goes with the last", () => {
  const path = temporaryPath();
  writeFileSync(path, "");
  const [one, other] = [new Turnstile(path, 0), new Turnstile(path, 1)];
  one.close(false);
  expect(existsSync(`${path}-turns`)).toBe(true);
  other.close(true);
  expect(existsSync(`${path}-turns`)).toBe(false);
});
