// Checked by the compiler alone and never run: each `@ts-expect-error` fails the check when its line is no error.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import {
  type AsyncResult,
  type Context,
  defineTask,
  lovage,
  type PushedResult,
  type Task,
  type TaskDefinition,
} from "lovage";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const app = lovage();

// With a schema: the caller's side has the schema's input, the handler its output.
const fetchFeed = app.task({
  name: "feeds.fetch",
  input: z.object({ feedId: z.number(), since: z.string().optional() }),
  async run(input, context) {
    expectTypeOf(input).toEqualTypeOf<{ feedId: number; since?: string | undefined }>();
    expectTypeOf(context).toEqualTypeOf<Context>();
    return { entries: input.feedId };
  },
});
expectTypeOf(fetchFeed).toEqualTypeOf<Task<{ feedId: number; since?: string | undefined }, { entries: number }>>();
expectTypeOf(fetchFeed.delay({ feedId: 7 })).resolves.toEqualTypeOf<PushedResult<{ entries: number }>>();
expectTypeOf(fetchFeed.delayMany([{ feedId: 7 }])).resolves.toEqualTypeOf<PushedResult<{ entries: number }>[]>();
const pushed = await fetchFeed.delay({ feedId: 7 }, { countdown: "5s", key: "feed:7" });
expectTypeOf(pushed.get()).resolves.toEqualTypeOf<{ entries: number }>();
expectTypeOf(pushed.outcome).toEqualTypeOf<"created" | "existing">();
const snapshot = await pushed.snapshot();
if (snapshot.state === "succeeded") expectTypeOf(snapshot.result).toEqualTypeOf<{ entries: number }>();
if (snapshot.state === "active") expectTypeOf(snapshot.worker).toEqualTypeOf<string>();
// @ts-expect-error: only one that succeeded has a result.
snapshot.result;

// @ts-expect-error: the input is missing.
fetchFeed.delay();
// @ts-expect-error: a member is missing.
fetchFeed.delay({});
// @ts-expect-error: a member has another type.
fetchFeed.delay({ feedId: "7" });
// @ts-expect-error: a member is too many.
fetchFeed.delay({ feedId: 7, url: "" });
// @ts-expect-error: no such option.
fetchFeed.delay({ feedId: 7 }, { delay: "5s" });
// @ts-expect-error: not a duration.
fetchFeed.delay({ feedId: 7 }, { countdown: "5 seconds" });
// @ts-expect-error: one key for many jobs.
fetchFeed.delayMany([{ feedId: 7 }], { key: "feed:7" });

// A transform: the caller passes text, the handler gets a Date.
const remind = app.task({
  name: "remind",
  input: z.object({ at: z.string().transform((text) => new Date(text)), times: z.number().default(1) }),
  run({ at, times }) {
    expectTypeOf(at).toEqualTypeOf<Date>();
    expectTypeOf(times).toEqualTypeOf<number>();
  },
});
remind.delay({ at: "2026-01-01" });
expectTypeOf(remind).toEqualTypeOf<Task<{ at: string; times?: number | undefined }, void>>();
// @ts-expect-error: the caller's side is text.
remind.delay({ at: new Date() });

// Options that take the input: `key` the caller's, `run` the parsed one.
app.task({
  name: "keyed",
  input: z.object({ at: z.string().transform((text) => new Date(text)) }),
  key: (input) => {
    expectTypeOf(input).toEqualTypeOf<{ at: string }>();
    return input.at;
  },
  upgrade: (input, fromVersion) => {
    expectTypeOf(input).toBeUnknown();
    expectTypeOf(fromVersion).toBeNumber();
    return { at: String(input) };
  },
  run: async ({ at }) => at.getTime(),
});

// Without a schema: the input is that of run's parameter.
const resize = app.task({
  name: "images.resize",
  async run({ imageId }: { imageId: string }) {
    return imageId.length;
  },
});
expectTypeOf(resize).toEqualTypeOf<Task<{ imageId: string }, number>>();
// @ts-expect-error: the input is missing.
resize.delay();
// @ts-expect-error: a member has another type.
resize.delay({ imageId: 7 });

// An input that may be absent may be left out.
const report = app.task({ name: "report", run: (day: string | undefined) => day ?? "today" });
report.delay();
report.delay(undefined, { countdown: "1m" });
report.delay("2026-01-01");

// Without any input.
const sweep = app.task({ name: "sweep", run: async () => 3 });
expectTypeOf(sweep).toEqualTypeOf<Task<void, number>>();
sweep.delay();
sweep.delay(undefined, { countdown: "1m" });
// @ts-expect-error: it takes none.
sweep.delay(7);
const context = app.task({ name: "context", run: async (_, { id }) => id });
expectTypeOf(context.delay()).resolves.toEqualTypeOf<PushedResult<string>>();

// A result that is no JSON data cannot be known by its type; what the handler returns is what is promised.
const nothing = app.task({ name: "nothing", run: async () => {} });
expectTypeOf((await nothing.delay()).get()).resolves.toEqualTypeOf<void>();

// Misuse of a definition.
// @ts-expect-error: the name is missing.
app.task({ run: () => 1 });
// @ts-expect-error: no such option.
app.task({ name: "t", run: () => 1, retries: 3 });
// @ts-expect-error: not a choice.
app.task({ name: "t", run: () => 1, ack: "never" });
// @ts-expect-error: not a schema.
app.task({ name: "t", input: { feedId: "number" }, run: () => 1 });
// @ts-expect-error: the handler asks for more than the schema gives.
app.task({ name: "t", input: z.object({ a: z.number() }), run: (input: { a: number; b: number }) => input.b });
app.task({ name: "t", run: () => 1, retry: { on: [RangeError], except: [TypeError], max: 3, backoff: "60s" } });
// @ts-expect-error: not a class of errors.
app.task({ name: "t", run: () => 1, retry: { on: ["RangeError"] } });

// Shared definitions carry their types.
const shared = defineTask({
  name: "shared",
  input: z.object({ at: z.string().transform((text) => new Date(text)) }),
  run: async ({ at }) => at.getTime(),
});
expectTypeOf(shared).toEqualTypeOf<TaskDefinition<{ at: string }, number>>();
expectTypeOf(app.task(shared)).toEqualTypeOf<Task<{ at: string }, number>>();

// Without `run`: a contract, whose output nobody has said.
const contract = defineTask({ name: "contract", input: z.object({ imageId: z.string() }) });
const contractTask = app.task(contract);
expectTypeOf(contractTask).toEqualTypeOf<Task<{ imageId: string }, unknown>>();
// @ts-expect-error: a member has another type.
contractTask.delay({ imageId: 7 });
expectTypeOf((await contractTask.delay({ imageId: "7" })).get()).resolves.toBeUnknown();
const bare = app.task(defineTask({ name: "bare" }));
bare.delay();

// A contract may say its types itself.
const typed = app.task(defineTask<{ imageId: string }, { width: number }>({ name: "typed" }));
expectTypeOf(typed).toEqualTypeOf<Task<{ imageId: string }, { width: number }>>();

// Any Standard Schema.
declare const schema: StandardSchemaV1<{ from: string }, { from: Date }>;
const standard = app.task({ name: "standard", input: schema, run: ({ from }) => from.getTime() });
expectTypeOf(standard).toEqualTypeOf<Task<{ from: string }, number>>();

// A task of some types is a task, for those who take any.
const tasks: readonly Task<never, unknown>[] = [fetchFeed, remind, resize, sweep, contractTask];
expectTypeOf(tasks[0]?.name).toEqualTypeOf<string | undefined>();

// By name: anything goes in, and what comes out is unknown.
const sent = await app.send("mail.send", { userId: 7 }, { countdown: "1m" });
expectTypeOf(sent).toEqualTypeOf<PushedResult<unknown>>();
await app.send("mail.send");
expectTypeOf(sent.get()).resolves.toBeUnknown();
expectTypeOf(app.result<{ entries: number }>("id")).toEqualTypeOf<AsyncResult<{ entries: number }>>();
expectTypeOf(app.result("id").get()).resolves.toBeUnknown();

// A handler's means end the attempt.
app.task({
  name: "means",
  async run(feedId: number, { retry, signal, progress }) {
    progress({ done: 1, of: [1, 2] });
    // @ts-expect-error: not JSON data.
    progress(new Map());
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    if (feedId === 1) return "one";
    return retry({ countdown: "5s" });
  },
});
