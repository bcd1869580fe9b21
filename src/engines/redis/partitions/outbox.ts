import type { ErrorRecord } from "../../../kernel/error-record.ts";
import { skipMarks } from "../history.ts";
import { readRefusals } from "../jobs/push-wire.ts";
import { isKeyReserved, readRefusal } from "../jobs/refusal.ts";
import type { Partition } from "../partition.ts";
import { pack } from "../wire/writer.ts";
import { type Letter, openLetter } from "./letter.ts";
import { all, type Partitions } from "./partitions.ts";

// Whoever posts a letter delivers it within milliseconds. One that is older was left by a process that is gone.
const LEFT_AFTER_MS = 5_000;
const LETTERS_PER_SWEEP = 100;

/**
 * What one partition owes to others: posted together with the settlement it follows from, or as a request of several
 * partitions; pushed where it belongs, which can be repeated; and only then taken out.
 */
export class Outbox {
  readonly #partitions: Partitions;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  /** Posts all of the letters, or says why none of them. */
  async post(from: Partition, letters: readonly Letter[], deadlineAt: number): Promise<ErrorRecord | undefined> {
    const request = pack((writer) => {
      writer
        .array(2)
        .number(deadlineAt + from.store.serverAheadMs)
        .array(letters.length);
      for (const { packed } of letters) writer.bytes(packed);
    });
    const reader = await from.store.runDurably("post", request, deadlineAt);
    skipMarks(reader);
    return reader.skipFalse() ? undefined : readRefusal(reader);
  }

  async deliver(from: Partition, letters: readonly Pick<Letter, "packed">[]): Promise<void> {
    await all(letters, ({ packed }) => this.#deliverOne(from, packed));
  }

  /** Delivers what can be delivered now. The rest stays, and `sweep` says why it cannot be. */
  async tryToDeliver(from: Partition, letters: readonly Letter[]): Promise<void> {
    const up = letters.filter(({ to }) => to.store.isUp);
    await Promise.allSettled(up.map(({ packed }) => this.#deliverOne(from, packed)));
  }

  /** Delivers what processes left that are gone, to partitions that are up. O(letters found + log letters), for each partition. */
  async sweep(): Promise<void> {
    await all(this.#partitions.up, async (from) => {
      const left = await this.#findLeft(from);
      await this.deliver(
        from,
        left.filter(({ packed }) => this.#partitionFor(packed).store.isUp),
      );
    });
  }

  #partitionFor(packed: Buffer): Partition {
    const { to } = openLetter(packed);
    const partition = this.#partitions.all[to];
    if (partition === undefined) throw new RangeError(`A letter is for partition ${to}, and there is none.`);
    return partition;
  }

  async #deliverOne(from: Partition, packed: Buffer): Promise<void> {
    const { request } = openLetter(packed);
    const reader = await this.#partitionFor(packed).store.runDurably("push", request);
    skipMarks(reader);
    const refusals = readRefusals(reader);
    if (refusals.some(isKeyReserved)) return;
    for (const { message } of refusals) warn(message);
    await from.store.commands.send("ZREM", [from.store.keys.outbox, packed]);
  }

  async #findLeft({ store }: Partition): Promise<readonly Pick<Letter, "packed">[]> {
    const before = Date.now() + store.serverAheadMs - LEFT_AFTER_MS;
    const range = ["-inf", before, "LIMIT", 0, LETTERS_PER_SWEEP];
    const found = await store.commands.send("ZRANGEBYSCORE", [store.keys.outbox, ...range]);
    return Array.isArray(found) ? found.filter(Buffer.isBuffer).map((packed) => ({ packed })) : [];
  }
}

/** The key of a job was free when it was promised, and given away before it could arrive: for minutes no worker ran. */
function warn(message: string): void {
  process.emitWarning(
    `A job that was to be pushed from another partition was refused when it came to that: ${message}`,
    {
      type: "LovageWarning",
      code: "LOVAGE_JOB_REFUSED",
    },
  );
}
