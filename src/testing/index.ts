export {
  type AnyExpectedInput,
  type LogLine,
  type RunOptions,
  TestBench,
  testing,
} from "./bench.ts";
export { FakeClock } from "./clock.ts";
export type { Difference } from "./difference.ts";
export {
  classifyIdempotence,
  expectIdempotent,
  expectNullipotent,
  type IdempotenceOptions,
  type IdempotenceReport,
  type IdempotenceVerdict,
} from "./idempotence.ts";
export type { ExpectedInput, PartialInput, PushExpectation } from "./push-expectation.ts";
export type { RecordedPush } from "./recorder.ts";
