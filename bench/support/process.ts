import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A child process of a bench: it says `{ ready: true }`, is sent commands, and answers each with one message. */
export class BenchProcess {
  readonly #child: ChildProcess;
  /** Rejects when it ends. */
  readonly #gone: Promise<never>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = once(child, "exit").then(([code, signal]) => {
      throw new Error(`A bench process ended early (code ${code}, signal ${signal}).`);
    });
    // An end that nobody waits for a message from is no error.
    this.#gone.catch(() => {});
  }

  static async start(file: string, options: object): Promise<BenchProcess> {
    const path = new URL(`../processes/${file}`, import.meta.url);
    // Without the clone's export condition, "lovage" is the built package: what users get.
    const env = { ...process.env, NODE_OPTIONS: "" };
    const child = fork(path, [JSON.stringify(options)], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const started = new BenchProcess(child);
    await started.#message();
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask<Answer>(command: object): Promise<Answer> {
    const answer = this.#message();
    this.#child.send(command);
    return (await answer) as Answer;
  }

  /** Lets it end by itself after a last command, or kills it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    if (signal === "SIGTERM" && this.#child.connected) this.#child.disconnect();
    else this.#child.kill(signal);
    await exit;
  }

  async #message(): Promise<unknown> {
    const [message] = await Promise.race([once(this.#child, "message"), this.#gone]);
    return message;
  }
}

/** A folder that is gone afterwards. */
export async function withFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "lovage-bench-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of the wall clock with a fraction, comparable between processes of one machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
