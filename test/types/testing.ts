// Checked by the compiler alone and never run: each `@ts-expect-error` fails the check when its line is no error.
import { lovage } from "lovage";
import { expectIdempotent, type IdempotenceReport, type RecordedPush, testing } from "lovage/testing";
import { expectTypeOf } from "vitest";
import { z } from "zod";

const app = lovage({ url: "memory:" });
const bench = testing(app);
const sendMail = app.task({
  name: "mail.send",
  input: z.object({ userId: z.number(), body: z.object({ text: z.string(), tags: z.array(z.string()) }).optional() }),
  run: async () => ({ sent: true }),
});
const sweep = app.task({ name: "sweep", run: async () => 3 });
type Mail = { userId: number; body?: { text: string; tags: string[] } | undefined };

expectTypeOf(bench.expectPushed(sendMail)).toEqualTypeOf<RecordedPush<Mail>[]>();
bench.expectPushed(sendMail, { userId: 7 });
bench.expectPushed(sendMail, { body: { tags: ["a"] } }, { countdown: "5m", times: 1 });
bench.expectPushed(sendMail, ({ userId, body }) => userId > 6 && body?.text === "hello");
bench.expectPushed(sendMail, undefined, { queue: "mail", headers: { trace: "ab" } });
bench.expectPushed(sweep, undefined, { times: 0 });
bench.expectPushed("mail.send", { userId: 7 });
bench.expectPushed("mail.send", (input) => input !== undefined);
// @ts-expect-error: no such member.
bench.expectPushed(sendMail, { user: 7 });
// @ts-expect-error: a member has another type.
bench.expectPushed(sendMail, { userId: "7" });
// @ts-expect-error: deep down as well.
bench.expectPushed(sendMail, { body: { tags: [7] } });
// @ts-expect-error: the function answers with a boolean.
bench.expectPushed(sendMail, ({ userId }) => userId);
// @ts-expect-error: no such option.
bench.expectPushed(sendMail, {}, { delay: "5m" });
// @ts-expect-error: not a duration.
bench.expectPushed(sendMail, {}, { countdown: "5 minutes" });

expectTypeOf(bench.pushed(sendMail)).toEqualTypeOf<RecordedPush<Mail>[]>();
expectTypeOf(bench.pushed("mail.send")).toEqualTypeOf<RecordedPush[]>();
expectTypeOf(bench.pushed()).toEqualTypeOf<RecordedPush[]>();

const ran = await bench.run(sendMail, { userId: 7 });
if (ran.state === "succeeded") expectTypeOf(ran.result).toEqualTypeOf<{ sent: boolean }>();
// @ts-expect-error: the input is not the task's.
await bench.run(sendMail, { user: 7 });
await bench.run(sweep);

expectTypeOf(expectIdempotent(sendMail, { userId: 7 }, () => [])).resolves.toEqualTypeOf<IdempotenceReport>();
await expectIdempotent(sweep, undefined, async () => new Map(), { times: 5 });
// @ts-expect-error: the input is not the task's.
await expectIdempotent(sendMail, { userId: "7" }, () => []);
// @ts-expect-error: the state comes from a function.
await expectIdempotent(sendMail, { userId: 7 }, []);
