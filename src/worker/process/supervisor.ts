import { OptionsInvalid } from "../../kernel/errors.ts";
import { type Lifecycle, LifecycleGuard } from "../../kernel/lifecycle.ts";
import type { Logger } from "../../kernel/logger.ts";
import { Child } from "./child.ts";

// A warm stop ends by itself within the grace and these; a child that has not is wedged.
const STOP_MARGIN_MS = 15_000;

/** What a supervisor starts, and how many of it. */
export interface SupervisorOptions {
  readonly processes: number;
  /** The module of the children; `process.argv[1]` to start this program again. */
  readonly modulePath: string;
  readonly argv: readonly string[];
  /** The time of grace of the children's workers: one that has not ended well after it is killed. */
  readonly graceMs: number;
  readonly logger: Logger;
}

/**
 * Runs worker processes: starts so many, replaces one that ends, and ends all of them together. Children that are told
 * to stop finish what they run; those of a supervisor that was killed notice, and stop by themselves.
 *
 * @example
 * const supervisor = new Supervisor({ processes: 4, modulePath, argv: [], graceMs: 25_000, logger });
 * await supervisor.start();
 * process.on("SIGTERM", () => supervisor.stop());
 * await supervisor.ended;
 */
export class Supervisor implements Lifecycle {
  readonly #options: SupervisorOptions;
  readonly #children: readonly Child[];
  readonly #guard: LifecycleGuard = new LifecycleGuard(
    async () => this.#begin(),
    () => this.#end(),
  );
  #ended: PromiseWithResolvers<void> = Promise.withResolvers();
  #cold: PromiseWithResolvers<void> = Promise.withResolvers();

  /** @throws OptionsInvalid (`OPTIONS_INVALID`) */
  constructor(options: SupervisorOptions) {
    const { processes, modulePath, argv, logger } = options;
    if (!Number.isInteger(processes) || processes < 1 || processes > 1_024)
      throw new OptionsInvalid(`processes is ${processes}, not a whole number from 1 to 1024.`);
    this.#options = options;
    this.#children = Array.from({ length: processes }, () => new Child({ modulePath, argv, logger }));
  }

  /** Resolves when it was started and has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whether every child takes jobs. */
  get ready(): boolean {
    return this.#guard.started && this.#children.every(({ ready }) => ready);
  }

  /** Whether it supervises. */
  get live(): boolean {
    return this.#guard.started;
  }

  /** The process ids of the children that run. */
  pids(): number[] {
    return this.#children.flatMap(({ pid }) => pid ?? []);
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  /** Warm: the children finish what they run, within their time of grace. */
  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /** Cold: the children give back at once what they run. Also ends a warm stop that is under way. */
  abort(): Promise<void> {
    this.#cold.resolve();
    return this.#guard.stop();
  }

  #begin(): void {
    this.#ended = Promise.withResolvers();
    this.#cold = Promise.withResolvers();
    for (const child of this.#children) child.start();
  }

  async #end(): Promise<void> {
    const cold = this.#cold.promise.then(() => this.#stopAll("cold", STOP_MARGIN_MS));
    await Promise.race([this.#stopAll("warm", this.#options.graceMs + STOP_MARGIN_MS), cold]);
    this.#ended.resolve();
  }

  async #stopAll(how: "warm" | "cold", limitMs: number): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop(how, limitMs)));
  }
}
