import type { RecordWrite } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import { bigIntegers, integers, texts } from "../client/arrays.ts";
import { wishOf } from "../instant.ts";
import { checkText } from "../jobs/payload.ts";

/** Records are locked in one order, so that no two transactions wait for each other. */
export function inOrder(writes: readonly RecordWrite[]): readonly RecordWrite[] {
  return writes.toSorted((one, other) => compare(one.kind, other.kind) || compare(one.id, other.id));
}

/** The parameters of the function `write_records`. @throws NotJson (`NOT_JSON`), OptionsInvalid (`OPTIONS_INVALID`) */
export function encodeWrites(writes: readonly RecordWrite[]): readonly Buffer[] {
  const wishes = writes.map((write) => wishOf(write.value === undefined ? undefined : write.due));
  return [
    texts(writes.map(({ kind }) => checkText(kind, "The kind of a record"))),
    texts(writes.map(({ id }) => checkText(id, "The id of a record"))),
    integers(writes.map(({ expected }) => expected)),
    texts(writes.map(({ value, id }) => (value === undefined ? undefined : checkText(value, `The record ${id}`)))),
    bigIntegers(wishes.map(({ at }) => at)),
    bigIntegers(wishes.map(({ afterMs }) => afterMs)),
    bigIntegers(writes.map(ttlOf)),
  ];
}

function ttlOf(write: RecordWrite): number | undefined {
  if (write.value === undefined || write.ttlMs === undefined) return undefined;
  return storedInstant(write.ttlMs);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
