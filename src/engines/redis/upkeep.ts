import type { Upkeep } from "../../engine/index.ts";
import type { Store } from "./store.ts";
import { pack } from "./wire/writer.ts";

/** Promotion, expiry and retention. */
export class RedisUpkeep implements Upkeep {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async promote({
    max,
  }: {
    readonly max: number;
  }): Promise<{ readonly promoted: number; readonly nextDueInMs: number | undefined }> {
    const reader = await this.#store.commands.run(
      "promote",
      pack((writer) => writer.number(max)),
    );
    reader.array();
    const promoted = reader.number();
    const nextDueInMs = reader.number();
    return { promoted, nextDueInMs: nextDueInMs === -1 ? undefined : nextDueInMs };
  }

  async expire({
    max,
    retainMs,
  }: {
    readonly max: number;
    readonly retainMs: number;
  }): Promise<{ readonly expired: number }> {
    const request = pack((writer) => writer.array(2).number(max).number(retainMs));
    return { expired: (await this.#store.commands.run("expire", request)).number() };
  }

  /** Lapsed keys need no work: Redis lets them go by itself. */
  async prune({
    max,
    maxFinished,
  }: {
    readonly max: number;
    readonly maxFinished: number;
  }): Promise<{ readonly pruned: number }> {
    const request = pack((writer) => writer.array(2).number(max).number(maxFinished));
    return { pruned: (await this.#store.commands.run("prune", request)).number() };
  }
}
