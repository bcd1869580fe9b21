import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A command and everything that it starts, as a terminal would hold it. */
export class ProcessGroup {
  readonly #leader: ChildProcess;
  readonly #exited: Promise<number | null>;
  #output = "";

  constructor(
    command: readonly string[],
    options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  ) {
    const [file = "", ...given] = command;
    this.#leader = spawn(file, given, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#leader.stdout?.on("data", (chunk) => {
      this.#output += chunk;
    });
    this.#leader.stderr?.on("data", (chunk) => {
      this.#output += chunk;
    });
    this.#exited = new Promise((resolve) => this.#leader.once("close", resolve));
  }

  /** Standard output and error so far. */
  get output(): string {
    return this.#output;
  }

  /** The leader's exit code, once it is gone and its output is read. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Whether any process of the group lives. */
  get alive(): boolean {
    try {
      return process.kill(-this.#pid, 0);
    } catch {
      return false;
    }
  }

  type(text: string): void {
    this.#leader.stdin?.write(text);
  }

  signalAll(signal: NodeJS.Signals): void {
    process.kill(-this.#pid, signal);
  }

  signalLeader(signal: NodeJS.Signals): void {
    process.kill(this.#pid, signal);
  }

  /** Leaves nothing behind, whatever the test has come to. */
  end(): void {
    if (this.alive) this.signalAll("SIGKILL");
  }

  get #pid(): number {
    if (this.#leader.pid === undefined) throw new Error("The command could not be started.");
    return this.#leader.pid;
  }
}

/** The processes that have this variable in their environment, of whatever group or session. Linux only. */
export function processesWith(variable: string, value: string): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && environmentOf(pid).includes(`${variable}=${value}`));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It ended while we looked.
    return [];
  }
}
