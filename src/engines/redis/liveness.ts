import type { Beat, BeatReply, Liveness, RenewalSource, RescuedJob, WorkerDescription } from "../../engine/index.ts";
import { skipMarks } from "./history.ts";
import { stateNumbered } from "./jobs/states.ts";
import type { Store } from "./store.ts";
import type { Reader } from "./wire/reader.ts";
import { pack } from "./wire/writer.ts";

/** Workers and their leases. */
export class RedisLiveness implements Liveness {
  readonly renewal: RenewalSource;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.renewal = { module: new URL("./renewal.ts", import.meta.url).href, options: store.settings };
  }

  async register(worker: WorkerDescription, leaseMs: number): Promise<void> {
    const request = pack((writer) => writer.array(3).text(worker.id).text(JSON.stringify(worker)).number(leaseMs));
    await this.#store.commands.run("register", request);
  }

  /** Also tells, once, that the store has lost what it had. @throws StorageInvalid (`STORAGE_INVALID`) */
  async beat(beat: Beat): Promise<BeatReply> {
    const reader = await this.#store.commands.run("beat", encodeBeat(beat));
    skipMarks(reader);
    const alarm = this.#store.history.takeAlarm();
    if (alarm !== undefined) throw alarm;
    return decodeBeatReply(reader);
  }

  async deregister(worker: string): Promise<void> {
    await this.#store.commands.run(
      "deregister",
      pack((writer) => writer.text(worker)),
    );
  }

  async rescue(request: { worker: string; max: number; retainMs: number }): Promise<readonly RescuedJob[]> {
    const { worker, max, retainMs } = request;
    const packed = pack((writer) => writer.array(3).text(worker).number(max).number(retainMs));
    return decodeRescued(await this.#store.commands.run("rescue", packed));
  }
}

function encodeBeat({ worker, leaseMs, held }: Beat): Buffer {
  return pack((writer) => {
    if (held === undefined) {
      writer.array(3).text(worker).number(leaseMs).boolean(false);
      return;
    }
    writer.array(5).text(worker).number(leaseMs);
    writer.array(held.jobs.length * 2);
    for (const { id, fence } of held.jobs) writer.text(id).number(fence);
    writer.array(held.pendingExchanges.length);
    for (const exchange of held.pendingExchanges) writer.number(exchange);
    writer.number(held.nextExchange);
  });
}

function decodeBeatReply(reader: Reader): BeatReply {
  const known = reader.boolean();
  const lost = reader.texts();
  const revoked: { id: string; reason: string }[] = [];
  for (let left = reader.array() / 2; left > 0; left -= 1) revoked.push({ id: reader.text(), reason: reader.text() });
  return { known, lost, revoked, reclaimed: reader.number() };
}

function decodeRescued(reader: Reader): RescuedJob[] {
  const rescued: RescuedJob[] = [];
  for (let left = reader.array() / 5; left > 0; left -= 1) {
    const [id, task, worker] = [reader.text(), reader.text(), reader.text()];
    const [crashes, state] = [reader.number(), stateNumbered(reader.number())];
    if (state !== "ready" && state !== "failed" && state !== "revoked")
      throw new RangeError(`A rescue made a job ${state}.`);
    rescued.push({ id, task, worker, crashes, state });
  }
  return rescued;
}
