export { AsyncResult, type Attend, type AwaitedJob, type GetOptions, type ResultSource } from "./async-result.ts";
export { type Call, type CallOptions, encodeInput, makeJob, oneCallKeys, VERSION_HEADER } from "./call.ts";
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
export { type InputIssue, parseInput } from "./schema.ts";
export type { JobSnapshot } from "./snapshot.ts";
export { type CallArguments, PushedResult, Task, type TaskSource } from "./task.ts";
export { Watcher } from "./watcher.ts";
