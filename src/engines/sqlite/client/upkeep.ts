import type { Upkeep } from "../../../engine/index.ts";
import type { Promotion } from "../upkeep/promote.ts";
import type { Channel } from "./channel.ts";

/** Promotion, expiry and retention, as the main thread reaches them. */
export class SqliteUpkeep implements Upkeep {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  promote(request: { readonly max: number }): Promise<Promotion> {
    return this.#channel.call("promote", request);
  }

  async expire(request: { readonly max: number; readonly retainMs: number }): Promise<{ readonly expired: number }> {
    return { expired: await this.#channel.call("expire", request) };
  }

  async prune(request: { readonly max: number; readonly maxFinished: number }): Promise<{ readonly pruned: number }> {
    return { pruned: await this.#channel.call("prune", request) };
  }
}
