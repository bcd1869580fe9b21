import type { Engine } from "../../engine/contract.ts";
import { EngineUnavailable } from "../../kernel/errors.ts";

/** An engine whose store does what it is told, and whose answers can get lost on the way back. */
export interface LossyEngine extends Engine {
  /** From now on: whether the answer of the next push or exchange is lost. Asked once for each. */
  loses: () => boolean;
}

/** Wraps an engine so that answers can be lost after the commit, as when a connection breaks. */
export function loseReplies(engine: Engine): LossyEngine {
  const lossy: LossyEngine = {
    ...engine,
    start: () => engine.start(),
    stop: () => engine.stop(),
    loses: () => false,
    jobs: {
      push: (requests) => deliver(engine.jobs.push(requests)),
      exchange: (request) => deliver(engine.jobs.exchange(request)),
      pushWithin: (transaction, request) => engine.jobs.pushWithin(transaction, request),
      progress: (updates) => engine.jobs.progress(updates),
      arrival: (interest, signal) => engine.jobs.arrival(interest, signal),
      changes: (listener) => engine.jobs.changes(listener),
    },
  };
  async function deliver<Reply>(replying: Promise<Reply>): Promise<Reply> {
    const reply = await replying;
    if (lossy.loses()) throw new EngineUnavailable("The connection broke after the commit, before the answer came.");
    return reply;
  }
  return lossy;
}
