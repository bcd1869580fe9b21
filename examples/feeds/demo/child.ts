import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

const PATIENCE_MS = 5_000;
const LOG_LINES = 15;

/** A process of the demo, which writes what it says to a log file. */
export class Child {
  readonly name: string;
  /** Resolves once the process is gone. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #log: string;
  #stopping = false;

  constructor(name: string, command: readonly string[], log: string) {
    this.name = name;
    this.#log = log;
    const output = openSync(log, "w");
    // The channel tells a child that its parent is gone, however that came about; the variable tells a worker to heed it.
    const env = { ...process.env, LOVAGE_SUPERVISED: "1" };
    this.#process = spawn(process.execPath, command, { env, stdio: ["ignore", output, output, "ipc"] });
    closeSync(output);
    const kill = (): void => this.kill();
    // However this process ends, short of a SIGKILL, it takes the child along.
    process.once("exit", kill);
    this.exited = new Promise<void>((resolve) => {
      this.#process.once("exit", () => resolve());
      this.#process.once("error", () => resolve());
    }).then(() => void process.off("exit", kill));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The first message of the process. Ends by `failure()` if there never is one. */
  firstMessage(): Promise<unknown> {
    return new Promise((resolve) => this.#process.once("message", resolve));
  }

  /** Rejects when the process ends though nobody stopped it. */
  async failure(): Promise<never> {
    await this.exited;
    if (this.#stopping) return new Promise<never>(() => {});
    const { exitCode, signalCode } = this.#process;
    const tail = readFileSync(this.#log, "utf8").trimEnd().split("\n").slice(-LOG_LINES).join("\n  ");
    throw new Error(
      `The ${this.name} ended by itself (${signalCode ?? `exit code ${exitCode}`}). ${this.#log} ends:\n  ${tail}`,
    );
  }

  /** Asks the process to stop, and makes it stop if it does not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), PATIENCE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#stopping = true;
    this.#process.kill("SIGKILL");
  }
}
