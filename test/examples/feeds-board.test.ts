import { lovage } from "lovage";
import { type TestBench, testing } from "lovage/testing";
import { afterEach, expect, test } from "vitest";
import { Board, type Event } from "../../examples/feeds/demo/board.ts";
import type { FetchReport } from "../../examples/feeds/fetch-feed.ts";

let bench: TestBench | undefined;
afterEach(() => bench?.close());

const report: FetchReport = { format: "rss", entries: 12, created: 12, changed: 0, bytes: 4_096 };

test("retries that had begun before they were seen are told all the same", async () => {
  const app = lovage({ url: "memory:" });
  const flaky = app.task({
    name: "feeds.flaky",
    retry: { max: 5, backoff: "1s" },
    run(_: { feedId: number }, context): FetchReport {
      if (context.attempt < 3) throw new Error(`503, attempt ${context.attempt}`);
      return report;
    },
  });
  bench = testing(app);
  const result = await flaky.delay({ feedId: 1 });
  await bench.drain({ until: "idle" });
  const events: Event[] = [];
  const feed = { id: 1, title: "Hive Notes", url: "http://hive.example/" };
  await new Board(app, [{ feed, job: result.id }], (event) => events.push(event)).follow(AbortSignal.timeout(10_000));
  expect(events).toMatchObject([
    { kind: "retry", attempt: 2, inMs: undefined },
    { kind: "retry", attempt: 3, inMs: undefined },
  ]);
});
