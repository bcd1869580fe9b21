import type { Beat, BeatReply, Liveness, RenewalSource, RescuedJob, WorkerDescription } from "../../../engine/index.ts";
import type { SqliteSettings } from "../options.ts";
import type { Channel } from "./channel.ts";

/** Workers and their leases, as the main thread reaches them. */
export class SqliteLiveness implements Liveness {
  readonly renewal: RenewalSource;
  readonly #channel: Channel;

  constructor(channel: Channel, settings: SqliteSettings) {
    this.#channel = channel;
    this.renewal = { module: new URL("../renewal.ts", import.meta.url).href, options: settings };
  }

  async register(worker: WorkerDescription, leaseMs: number): Promise<void> {
    await this.#channel.call("register", { worker, leaseMs });
  }

  beat(beat: Beat): Promise<BeatReply> {
    return this.#channel.call("beat", beat);
  }

  async deregister(worker: string): Promise<void> {
    await this.#channel.call("deregister", worker);
  }

  rescue(request: { worker: string; max: number; retainMs: number }): Promise<readonly RescuedJob[]> {
    return this.#channel.call("rescue", request);
  }
}
