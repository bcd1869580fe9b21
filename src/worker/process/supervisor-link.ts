import type { Logger } from "../../kernel/logger.ts";
import { isStopOrder, type ReadyNotice, SUPERVISED_VARIABLE } from "./protocol.ts";

/** What a supervisor can end. */
export interface Stoppable {
  stop(): Promise<void>;
  abort(): Promise<void>;
}

/** Whether this process was started by a `Supervisor`. */
export function isSupervised(): boolean {
  return process.connected === true && process.env[SUPERVISED_VARIABLE] === "1";
}

/**
 * The child's end of the line to its supervisor: obeys its orders, and stops warm when the supervisor is gone, so that a
 * supervisor that was killed leaves no orphans.
 *
 * @example
 * const link = isSupervised() ? new SupervisorLink(worker, app.logger) : undefined;
 * await worker.start();
 * link?.start();
 * await worker.ended;
 * link?.stop();
 */
export class SupervisorLink {
  readonly #target: Stoppable;
  readonly #logger: Logger;
  readonly #onMessage = (message: unknown): void => this.#obey(message);
  readonly #onDisconnect = (): void => this.#outlive();

  constructor(target: Stoppable, logger: Logger) {
    this.#target = target;
    this.#logger = logger;
  }

  /** Tells the supervisor that this process takes jobs, and listens. */
  start(): void {
    process.on("message", this.#onMessage);
    process.on("disconnect", this.#onDisconnect);
    const notice: ReadyNotice = { kind: "lovage-ready" };
    // A supervisor that died this moment is noticed by the disconnection.
    process.send?.(notice, undefined, {}, () => {});
  }

  /** Lets go of the line, which would keep the process alive. */
  stop(): void {
    process.removeListener("message", this.#onMessage);
    process.removeListener("disconnect", this.#onDisconnect);
    if (process.connected) process.disconnect();
  }

  #obey(message: unknown): void {
    if (!isStopOrder(message)) return;
    this.#end(message.how === "warm" ? this.#target.stop() : this.#target.abort());
  }

  #outlive(): void {
    this.#logger.log("warn", "the supervisor is gone: this process finishes what it runs, and stops");
    this.#end(this.#target.stop());
  }

  #end(stopping: Promise<void>): void {
    stopping.catch((error: unknown) => this.#logger.log("error", "the stop failed", { error }));
  }
}
