import { JobNotFound } from "../kernel/errors.ts";

/** The error for ids of which no job is there. */
export function jobNotFound(...ids: readonly [string, ...string[]]): JobNotFound {
  const names = ids.map((id) => JSON.stringify(id)).join(", ");
  const message =
    ids.length === 1
      ? `Job ${names} is not there: it never was, was removed, or its retention has ended.`
      : `Jobs ${names} are not there: they never were, were removed, or their retention has ended.`;
  return new JobNotFound(message, { details: ids.length === 1 ? { id: ids[0] } : { ids } });
}
