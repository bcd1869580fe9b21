import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ProcessGroup } from "../support/process-group.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("two weeks: each schedule happens when it should, and the alarm is raised once", async () => {
  const tour = new ProcessGroup([process.execPath, "examples/schedules/tour.ts"], { cwd: root });
  expect(await tour.exited(), tour.output).toBe(0);
  const lines = tour.output.trim().split("\n");
  expect(lines).toContain("load was sampled 6 times in the first minute");
  expect(lines).toContain("the service was asked 1350 times");
  expect(lines.filter((line) => line.startsWith("alarm"))).toEqual([
    "alarm: down since 2026-01-04T00:15:00.000Z",
    "alarm: up again at 2026-01-04T01:45:00.000Z, down since 2026-01-04T00:15:00.000Z",
  ]);
  expect(lines.filter((line) => line.startsWith("the week"))).toEqual([
    "the week before 2026-01-05 is closed",
    "the week before 2026-01-12 is closed",
  ]);
  expect(lines.filter((line) => line.startsWith("newsletter of"))).toEqual(
    ["2026-01-02", "2026-01-09"].flatMap((issue) =>
      ["ada", "grace", "linus"].map((reader) => `newsletter of ${issue} to ${reader}@example.org`),
    ),
  );
  expect(lines.filter((line) => line.startsWith("backup shop"))).toEqual(
    Array.from({ length: 15 }, (_, day) => `backup shop-2026-01-${String(day + 1).padStart(2, "0")}.db`),
  );
});
