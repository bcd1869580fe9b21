import { type ChildProcess, fork } from "node:child_process";
import { backoffDelayMs } from "../../kernel/backoff.ts";
import { type Clock, systemClock, type Timer } from "../../kernel/clock.ts";
import { formatDuration } from "../../kernel/duration.ts";
import type { Logger } from "../../kernel/logger.ts";
import { isReadyNotice, RECYCLE_EXIT_CODE, type StopOrder, SUPERVISED_VARIABLE } from "./protocol.ts";

// A child that lived for so long was all right: its end is an accident, not a mistake that will repeat itself.
const STEADY_AFTER_MS = 10_000;
const RESTART_BACKOFF = { baseMs: 500, maxMs: 30_000, jitter: "added" } as const;

export interface ChildParts {
  readonly modulePath: string;
  readonly argv: readonly string[];
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** One place for a child process: starts it, and another one when it has ended, until it is told to stop. */
export class Child {
  readonly #parts: ChildParts;
  readonly #clock: Clock;
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #restart: Timer | undefined;
  #startedMs = 0;
  #ready = false;
  #stopping = false;
  #shortLives = 0;

  constructor(parts: ChildParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether it takes jobs. */
  get ready(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#stopping = false;
    this.#spawn();
  }

  /** Asks the child to end, and resolves when it has; kills it after `limitMs`. */
  async stop(how: StopOrder["how"], limitMs: number): Promise<void> {
    this.#stopping = true;
    this.#restart?.cancel();
    this.#order(how);
    const kill = this.#clock.setTimer(limitMs, () => this.#kill(limitMs));
    await this.#exited;
    kill.cancel();
  }

  #spawn(): void {
    const { modulePath, argv } = this.#parts;
    const env = { ...process.env, [SUPERVISED_VARIABLE]: "1" };
    const child = fork(modulePath, argv, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const exited = Promise.withResolvers<void>();
    this.#process = child;
    this.#exited = exited.promise;
    this.#ready = false;
    this.#startedMs = this.#clock.monotonic();
    child.on("message", (message) => {
      if (isReadyNotice(message)) this.#ready = true;
    });
    const end = (how: string, recycled: boolean): void => {
      if (this.#process !== child) return;
      this.#process = undefined;
      exited.resolve();
      if (!this.#stopping) this.#replace(how, recycled);
      this.#ready = false;
    };
    child.on("error", (error) => {
      // Only a child that never came to life has no exit to wait for.
      if (child.pid === undefined) end(error.message, false);
      else this.#parts.logger.log("warn", "a worker process cannot be spoken to", { pid: child.pid, error });
    });
    child.on("exit", (code, signal) => end(signal ?? `exit code ${code}`, code === RECYCLE_EXIT_CODE));
  }

  #replace(how: string, recycled: boolean): void {
    if (recycled) {
      this.#shortLives = 0;
      this.#spawn();
      return;
    }
    const lived = this.#clock.monotonic() - this.#startedMs;
    this.#shortLives = lived < STEADY_AFTER_MS ? this.#shortLives + 1 : 0;
    const delayMs = backoffDelayMs(this.#shortLives, RESTART_BACKOFF);
    this.#tell(how, lived, delayMs);
    this.#restart = this.#clock.setTimer(delayMs, () => this.#spawn());
  }

  /** The first end is told; of those that follow in quick succession, only that they do. */
  #tell(how: string, livedMs: number, delayMs: number): void {
    const fields = { how, lived: formatDuration(livedMs), restartIn: formatDuration(delayMs) };
    if (this.#shortLives <= 1)
      this.#parts.logger.log(
        "error",
        `a worker process ended unasked${this.#ready ? "" : " before it was ready"}`,
        fields,
      );
    else if (this.#shortLives === 2)
      this.#parts.logger.log(
        "error",
        "a worker process keeps ending soon after its start; it is started ever less often, and further ends are told at debug only",
        fields,
      );
    else this.#parts.logger.log("debug", "a worker process ended soon after its start again", fields);
  }

  #order(how: StopOrder["how"]): void {
    const child = this.#process;
    if (child === undefined) return;
    const order: StopOrder = { kind: "lovage-stop", how };
    if (child.connected)
      child.send(order, (error) => {
        if (error !== null) child.kill("SIGTERM");
      });
    else child.kill("SIGTERM");
  }

  #kill(afterMs: number): void {
    this.#parts.logger.log("error", "a worker process did not end when it was told to, and is killed", {
      pid: this.pid,
      waited: formatDuration(afterMs),
    });
    this.#process?.kill("SIGKILL");
  }
}
