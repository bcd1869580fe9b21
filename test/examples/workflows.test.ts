import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ProcessGroup } from "../support/process-group.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the tour shows chains, groups and chords, with failures and without", async () => {
  const tour = new ProcessGroup([process.execPath, "examples/workflows/tour.ts"], { cwd: root });
  expect(await tour.exited(), tour.output).toBe(0);
  for (const shown of [
    '[{"url":"/tea","words":6},{"url":"/lovage","words":9},{"url":"/salt","words":4}]',
    '{"pages":3,"words":19}',
    '"The site: 19 words on 3 pages"',
    "no report, because there is no page /nowhere",
    "failed: there is no page /nowhere",
    '["there is no page /nowhere"]',
    "reports.write succeeded\n      pages.count succeeded\n        pages.read succeeded",
  ])
    expect(tour.output).toContain(shown);
});
