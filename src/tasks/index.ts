export { AsyncResult, type Attend, type AwaitedJob, type GetOptions, type ResultSource } from "./async-result.ts";
export { type Call, type CallOptions, encodeInput, makeJob, oneCallKeys, readHeaders, VERSION_HEADER } from "./call.ts";
export { type Chain, type Chord, chain, chord, type Group, type GroupOptions, group } from "./canvas/compose.ts";
export { feedInput, MAP_HEADER, replacementOf } from "./canvas/feed.ts";
export { JOIN_TASK, joinTask } from "./canvas/join-task.ts";
export type { MemberOutcome, WorkflowFailure } from "./canvas/outcome.ts";
export type { Composition, SignatureOptions } from "./canvas/part.ts";
export { planWorkflow, type WorkflowPlan } from "./canvas/plan.ts";
export { sourceOf } from "./canvas/push.ts";
export { compositionOf, Signature } from "./canvas/signature.ts";
export type { StartArguments, Startable, StartOptions } from "./canvas/start.ts";
export type { JobTree } from "./canvas/tree.ts";
export type { Context, RetryRequest, TaskLog, TransactionClient } from "./context.ts";
export {
  type AnyTaskOptions,
  type DefineTask,
  defineTask,
  type PlainTaskOptions,
  type SchemaTaskOptions,
  type TaskDefinition,
  type TaskOptions,
} from "./definition.ts";
export { jobNotFound } from "./not-found.ts";
export { Pusher } from "./pusher.ts";
export { type RegisteredTask, Registry } from "./registry.ts";
export { retryRefusal } from "./retry-refusal.ts";
export { type InputIssue, parseInput } from "./schema.ts";
export type { JobSnapshot } from "./snapshot.ts";
export type { TaskSource } from "./source.ts";
export { type CallArguments, PushedResult, Task } from "./task.ts";
export { Watcher } from "./watcher.ts";
