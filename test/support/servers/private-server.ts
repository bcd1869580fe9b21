import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processesIn, removeServerFolder } from "./folder.ts";
import type { SystemUser } from "./program.ts";
import { until } from "./until.ts";

const LOG_SHOWN_CHARACTERS = 3000;
const STOP_TIMEOUT_MS = 20_000;

/** How a server is run. */
export interface ServerPlan {
  readonly name: string;
  /** From `serverFolder`: its working folder and all that it writes lie here. */
  readonly folder: string;
  readonly command: readonly [string, ...string[]];
  readonly user?: SystemUser | undefined;
  /** What asks it to end in an orderly way. */
  readonly stopSignal: NodeJS.Signals;
  /** Throws as long as it does not serve. */
  readonly answers: () => Promise<void>;
}

/** A server of a test's own. It keeps its port and its data over any stop, kill and start, until it is closed. */
export class PrivateServer {
  readonly #plan: ServerPlan;
  readonly #logFile: string;
  #child: ChildProcess | undefined;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
    this.#logFile = join(plan.folder, "log");
  }

  /** What it wrote so far, over all its starts. */
  get log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, "utf8") : "";
  }

  /** Its processes. */
  get pids(): readonly number[] {
    return processesIn(this.#plan.folder);
  }

  /** Starts it, and returns when it serves. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.#plan.name} runs already.`);
    const child = this.#spawn();
    this.#child = child;
    await until(`${this.#plan.name} serves`, async () => {
      if (this.#child !== child) return;
      await this.#plan.answers();
    });
    if (this.#child !== child) throw new Error(`${this.#plan.name} ended at its start:\n${this.#logTail()}`);
  }

  /** Lets it end in an orderly way. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#signalAll("SIGCONT");
    child.kill(this.#plan.stopSignal);
    await this.#gone(child);
  }

  /** Kills all its processes at once (SIGKILL): what it had not written is lost. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#signalAll("SIGKILL");
    await this.#gone(child);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Stops the time of its processes (SIGSTOP): connections stay open, and nothing answers. */
  freeze(): void {
    this.#signalAll("SIGSTOP");
  }

  thaw(): void {
    this.#signalAll("SIGCONT");
  }

  /** Kills it and removes all that it wrote. */
  async close(): Promise<void> {
    await this.kill();
    removeServerFolder(this.#plan.folder);
  }

  #spawn(): ChildProcess {
    const { command, folder, user } = this.#plan;
    const log = openSync(this.#logFile, "a");
    const [file, ...given] = command;
    // In a group of its own, so that Ctrl-C reaches the tests only, which then end it.
    const child = spawn(file, given, { cwd: folder, detached: true, stdio: ["ignore", log, log], ...user });
    closeSync(log);
    child.unref();
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const pid of this.pids) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // A process that ended while we looked is what we wanted, or nothing to stop.
        if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
      }
    }
  }

  async #gone(child: ChildProcess): Promise<void> {
    child.ref();
    if (child.exitCode === null && child.signalCode === null)
      await once(child, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    // The processes that it had started hold its files until they are gone too.
    await until(`all processes of ${this.#plan.name} are gone`, () => {
      if (this.pids.length > 0) throw new Error(`There are ${this.pids.join(", ")}.`);
    });
    this.#child = undefined;
  }

  #logTail(): string {
    return this.log.slice(-LOG_SHOWN_CHARACTERS);
  }
}
