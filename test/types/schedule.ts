// Checked by the compiler alone and never run: each `@ts-expect-error` fails the check when its line is no error.
import { lovage, type Schedule } from "lovage";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const app = lovage();
const backUp = app.task({ name: "backup", run: () => 1 });
const report = app.task({ name: "report", input: z.object({ userId: z.number() }), run: () => "" });
const greet = app.task({ name: "greet", run: (_name: string | undefined) => {} });

// The input is the task's.
app.schedule({ name: "a", task: backUp, every: "10s" });
app.schedule({
  name: "a",
  task: report,
  input: { userId: 7 },
  cron: "0 8 * * MON",
  timeZone: "Europe/Berlin",
  dayRule: "both",
});
app.schedule({ name: "a", task: greet, at: new Date() });
app.schedule({ name: "a", task: greet, input: "Ada", solar: { event: "dusk", latitude: 1, longitude: 2 } });
app.schedule({ name: "a", task: "their.task", input: { anything: true }, every: 10_000 });
expectTypeOf(
  app.schedules.create({ name: "a", task: report, input: { userId: 7 }, every: "1h" }),
).resolves.toEqualTypeOf<Schedule>();

// @ts-expect-error: the input is missing.
app.schedule({ name: "a", task: report, every: "10s" });
// @ts-expect-error: a member has another type.
app.schedule({ name: "a", task: report, input: { userId: "7" }, every: "10s" });
// @ts-expect-error: the task takes no input.
app.schedule({ name: "a", task: backUp, input: 7, every: "10s" });
// @ts-expect-error: no timing.
app.schedule({ name: "a", task: backUp });
// @ts-expect-error: two timings.
app.schedule({ name: "a", task: backUp, every: "10s", cron: "@daily" });
// @ts-expect-error: the zone belongs to cron.
app.schedule({ name: "a", task: backUp, every: "10s", timeZone: "UTC" });
// @ts-expect-error: no such event.
app.schedule({ name: "a", task: backUp, solar: { event: "teatime", latitude: 1, longitude: 2 } });
// @ts-expect-error: no such policy.
app.schedule({ name: "a", task: backUp, every: "10s", missed: "never" });
// @ts-expect-error: no name.
app.schedule({ task: backUp, every: "10s" });
// @ts-expect-error: the input is missing.
app.schedules.create({ name: "a", task: report, every: "10s" });

await app.schedules.update("a", { every: "1h", input: { userId: 8 } });
// @ts-expect-error: another task is another schedule.
await app.schedules.update("a", { task: backUp });
