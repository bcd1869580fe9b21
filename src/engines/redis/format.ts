import { randomUUID } from "node:crypto";
import { SchemaTooNew } from "../../kernel/errors.ts";
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

/** What `scripts/open.lua` reads. */
export function openRequest(): Buffer {
  return pack((writer) => writer.array(2).number(FORMAT).text(randomUUID()));
}
