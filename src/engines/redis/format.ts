import { randomUUID } from "node:crypto";
import { OptionsInvalid, SchemaTooNew } from "../../kernel/errors.ts";
import type { RedisSettings } from "./options.ts";
import { pack } from "./wire/writer.ts";

/** The format of what is stored: raised when older code could not work beside newer. */
export const FORMAT = 1;

/** @throws SchemaTooNew (`SCHEMA_TOO_NEW`) */
export function checkFormat(format: number, { namespace, place }: RedisSettings): void {
  if (format <= FORMAT) return;
  throw new SchemaTooNew(
    `The namespace "${namespace}" at ${place} has format ${format}, and this Lovage knows ${FORMAT}: update it.`,
  );
}

/**
 * A store keeps the number of partitions that it began with: with another one its jobs would be looked for where they are not.
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 */
export function checkPartitions(partitions: number, { namespace, place, partitions: given }: RedisSettings): void {
  if (partitions === given) return;
  throw new OptionsInvalid(
    `The namespace "${namespace}" at ${place} has ${partitions} partitions, and the URL says ${given}: write "partitions=${partitions}", or begin another namespace and let the workers of this one finish what it has.`,
    { details: { partitions, given } },
  );
}

/** What `scripts/open.lua` reads. */
export function openRequest({ partitions }: RedisSettings): Buffer {
  return pack((writer) => writer.array(3).number(FORMAT).text(randomUUID()).number(partitions));
}
