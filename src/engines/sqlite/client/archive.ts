import type { Archive, FinishedJob, JobVersion } from "../../../engine/index.ts";
import type { Channel } from "./channel.ts";

/** Finished jobs on their way, as the main thread reaches them. */
export class SqliteArchive implements Archive {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  ended(request: { readonly max: number; readonly forMs: number }): Promise<readonly FinishedJob[]> {
    return this.#channel.call("ended", request);
  }

  async store(jobs: readonly FinishedJob[]): Promise<void> {
    await this.#channel.call("store", jobs);
  }

  async drop(jobs: readonly JobVersion[]): Promise<{ readonly dropped: number }> {
    return { dropped: await this.#channel.call("drop", jobs) };
  }
}
