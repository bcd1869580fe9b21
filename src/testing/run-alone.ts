import type { App } from "../app/index.ts";
import type { Engine } from "../engine/index.ts";
import { OptionsInvalid } from "../kernel/errors.ts";
import { newId } from "../kernel/id.ts";
import { encodeInput, type JobSnapshot, makeJob, oneCallKeys } from "../tasks/index.ts";

/** Where a job runs alone. */
export interface Place {
  readonly app: App;
  /** The one below the app's, so that this push is not recorded. */
  readonly engine: Engine;
}

/**
 * Runs one job through a real worker, on a queue of its own, and removes it.
 * @throws OptionsInvalid (`OPTIONS_INVALID`), NotJson (`NOT_JSON`), TooLarge (`TOO_LARGE`)
 */
export async function runAlone<Output>(
  { app, engine }: Place,
  name: string,
  input: unknown,
  id: string = newId(app.clock.now()),
): Promise<JobSnapshot<Output>> {
  const task = app.tasks().find((one) => one.name === name);
  if (task?.run === undefined) throw new OptionsInvalid(`Task "${name}" has no run, so it cannot be run.`);
  const queue = `alone:${id}`;
  const { inputLimitBytes, maxDelayMs } = app.settings;
  const payload = encodeInput(task, input, inputLimitBytes);
  const call = { input, payload, options: { queue }, optionKeys: oneCallKeys };
  const made = makeJob(task, call, maxDelayMs, app.clock.now());
  // Its key names the job that the caller would have got: this one is another.
  const job = { ...made, id, key: undefined, expires: undefined };
  await engine.start();
  await engine.jobs.push([{ jobs: [job], maxDepth: {}, deadlineAt: Number.POSITIVE_INFINITY }]);
  await app.worker({ queues: [queue] }).drain();
  const snapshot = await app.result<Output>(id).snapshot();
  await engine.inspect.remove({ selection: { ids: [id] }, dryRun: false });
  return snapshot;
}
