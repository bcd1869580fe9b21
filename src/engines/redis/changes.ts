import type { Subscription } from "../../engine/index.ts";
import type { JobChange, JobState } from "../../kernel/job.ts";
import { readLanes } from "./jobs/exchange-wire.ts";
import { stateNumbered } from "./jobs/states.ts";
import { toRecord } from "./jobs/stored-job.ts";
import type { Store } from "./store.ts";
import { Reader } from "./wire/reader.ts";
import { pack } from "./wire/writer.ts";

// Scripts publish changes while a key says that somebody watches. A watcher that is gone leaves it to lapse.
const WATCHED_MS = 60_000;
const RENEW_MS = 20_000;
// Of a job whose error, progress or revocation is kept beside it, only its id is told.
const NOTHING_MORE: ReadonlyMap<string, Buffer> = new Map();

/** Hears which jobs changed, in any process. */
export class Changes {
  readonly #store: Store;
  #watchers = 0;
  #renewal: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.onUp(() => {
      if (this.#watchers > 0) void this.#renew();
    });
    store.onStop(async () => this.#end());
  }

  async listen(listener: (changes: readonly JobChange[]) => void): Promise<Subscription> {
    const { commands, listener: channels, keys } = this.#store;
    commands.checkStarted();
    const subscription = await channels.add(keys.changes, (message) => listener(decodeChanges(message)));
    this.#watchers += 1;
    let isOpen = true;
    const close = async (): Promise<void> => {
      if (isOpen) this.#watchers -= 1;
      isOpen = false;
      if (this.#watchers <= 0) this.#end();
      await subscription.close();
    };
    try {
      await this.#say();
    } catch (error) {
      await close();
      throw error;
    }
    this.#renewal ??= setInterval(() => void this.#renew(), RENEW_MS).unref();
    return { close };
  }

  async #say(): Promise<void> {
    await this.#store.commands.run(
      "watch",
      pack((writer) => writer.number(WATCHED_MS)),
    );
  }

  async #renew(): Promise<void> {
    // What is not heard of meanwhile is seen by the watchers' safety read.
    await this.#say().catch(() => {});
  }

  #end(): void {
    this.#watchers = 0;
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }
}

function decodeChanges(message: Buffer): JobChange[] {
  const reader = new Reader(message);
  reader.array();
  const told: { id: string; state: JobState; value: Buffer | undefined }[] = [];
  for (let left = reader.array() / 3; left > 0; left -= 1) {
    const [id, state] = [reader.text(), stateNumbered(reader.number())];
    told.push({ id, state, value: reader.skipFalse() ? undefined : reader.bytes() });
  }
  const lanes = readLanes(reader);
  return told.map(({ id, state, value }) => {
    if (value === undefined) return { id, state };
    return {
      ...{ id, state },
      // Made for those who ask: most changes are of jobs that others wait for.
      get record() {
        return toRecord(value, NOTHING_MORE, lanes);
      },
    };
  });
}
