// Checked by the compiler alone and never run: each `@ts-expect-error` fails the check when its line is no error.
import {
  type AsyncResult,
  chain,
  chord,
  group,
  type JobTree,
  lovage,
  type MemberOutcome,
  type Signature,
  type WorkflowFailure,
} from "lovage";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const app = lovage();
const fetchFeed = app.task({
  name: "fetch",
  input: z.object({ feedId: z.number() }),
  run: async ({ feedId }) => ({ page: `feed ${feedId}`, bytes: 12 }),
});
const parse = app.task({ name: "parse", run: ({ page }: { page: string; bytes: number }) => page.split(" ") });
const shorten = app.task({ name: "shorten", run: (input: { page: string; words: number }) => input.page });
const count = app.task({ name: "count", run: (words: readonly string[]) => words.length });
const sum = app.task({ name: "sum", run: (numbers: readonly number[]) => numbers.length });
const double = app.task({ name: "double", run: (value: number) => value * 2 });
const tick = app.task({ name: "tick", run: () => "done" });
const report = app.task({ name: "report", run: (failure: WorkflowFailure) => failure.error.message });
const tell = app.task({ name: "tell", run: (outcomes: readonly MemberOutcome<number>[]) => outcomes.length });

// What a signature lacks is what it takes.
expectTypeOf(fetchFeed.signature()).toEqualTypeOf<Signature<{ feedId: number }, { page: string; bytes: number }>>();
expectTypeOf(shorten.signature({ words: 3 })).toEqualTypeOf<
  Signature<Omit<{ page: string; words: number }, "words">, string>
>();
expectTypeOf(shorten.signature({ page: "", words: 3 }, { immutable: true })).toEqualTypeOf<
  Signature<unknown, string>
>();
expectTypeOf(double.si(2)).toEqualTypeOf<Signature<unknown, number>>();
expectTypeOf(tick.signature()).toEqualTypeOf<Signature<unknown, string>>();

// A chain takes what its first step takes, and gives what its last one gives.
const parsed = chain(fetchFeed.signature(), parse.signature(), count.signature());
expectTypeOf(parsed).toEqualTypeOf<Signature<{ feedId: number }, number>>();
expectTypeOf(parsed.delay({ feedId: 7 })).resolves.toEqualTypeOf<AsyncResult<number>>();
chain(fetchFeed.s({ feedId: 7 }), shorten.s({ words: 3 })).delay();
chain(fetchFeed.s({ feedId: 7 }), tick.s(), tick.s());
chain(fetchFeed.s({ feedId: 7 }), double.si(2), double.s());
chain(...[1, 2, 3].map(() => double.s()));
// @ts-expect-error: what it begins with is missing.
parsed.delay();
// @ts-expect-error: words are no page.
chain(parse.signature(), parse.signature());
// @ts-expect-error: a number is no list.
chain(double.s(), count.s());
// @ts-expect-error: the page is of another type.
chain(double.s(), shorten.s({ words: 3 }));
// @ts-expect-error: in the middle.
chain(fetchFeed.s(), parse.s(), double.s(), double.s());
// @ts-expect-error: no such member.
shorten.s({ pages: 3 });
// @ts-expect-error: of another type.
shorten.s({ words: "3" });

// A group gives the list of what its members give, of each the type.
const both = group([fetchFeed.s({ feedId: 7 }), double.si(2)]);
expectTypeOf(await (await both.delay()).get()).toEqualTypeOf<[{ page: string; bytes: number }, number]>();
const many = group([1, 2, 3].map((value) => double.si(value)));
expectTypeOf(await (await many.delay()).get()).toEqualTypeOf<number[]>();
expectTypeOf(group([double.s(), double.s()])).toEqualTypeOf<Signature<number, [number, number]>>();
const outcomes = group([double.si(1)], { allowFailures: true });
expectTypeOf(await (await outcomes.delay()).get()).toEqualTypeOf<[MemberOutcome<number>]>();

// A body takes the list.
expectTypeOf(chord([double.si(1), double.si(2)], sum.s())).toEqualTypeOf<Signature<unknown, number>>();
expectTypeOf(
  chord(
    [1, 2].map((value) => double.si(value)),
    sum.s(),
  ),
).toEqualTypeOf<Signature<unknown, number>>();
chain(many, sum.s(), double.s());
chord([double.si(1)], tell.s(), { allowFailures: true });
// @ts-expect-error: a body of words.
chord([double.si(1)], count.s());
// @ts-expect-error: without failures there are no outcomes.
chord([double.si(1)], tell.s());
// @ts-expect-error: with failures there are.
chord([double.si(1)], sum.s(), { allowFailures: true });

// Lists of inputs.
expectTypeOf(double.map([1, 2])).toEqualTypeOf<Signature<unknown, number[]>>();
expectTypeOf(double.chunks([1, 2], 1)).toEqualTypeOf<Signature<unknown, number[][]>>();
// @ts-expect-error: not numbers.
double.map(["1"]);

// Callbacks.
double.si(1).link(double.s()).linkError(report.s());
// @ts-expect-error: the callback takes words.
double.si(1).link(count.s());
// @ts-expect-error: what failed is no number.
double.si(1).linkError(double.s());

// Options.
double.s().set({ queue: "slow", priority: 9, countdown: "5s" }).clone();
// @ts-expect-error: a key names one job.
double.s().set({ key: "once" });

expectTypeOf((await parsed.delay({ feedId: 1 })).tree()).resolves.toEqualTypeOf<JobTree>();

// A job that becomes a workflow gives what the workflow does, so that others can go on with it.
const site = app.task({
  name: "site",
  run: (values: readonly number[], context) =>
    context.replace(
      chord(
        values.map((value) => double.si(value)),
        sum.s(),
      ),
    ),
});
expectTypeOf(await (await site.delay([1, 2])).get()).toEqualTypeOf<number>();
chain(site.s([1, 2]), double.s());
const perhaps = app.task({
  name: "perhaps",
  run: (value: number, context) => (value > 1 ? context.replace(tick.s()) : value),
});
expectTypeOf(await (await perhaps.delay(1)).get()).toEqualTypeOf<string | number>();
// @ts-expect-error: the workflow gives a number.
chain(site.s([1, 2]), count.s());
// @ts-expect-error: what it begins with is missing.
app.task({ name: "begins", run: (_: undefined, context) => context.replace(double.s()) });
