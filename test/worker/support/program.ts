import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Line = Readonly<Record<string, unknown>>;

/** A real process under test: what it prints on standard output (events) and error (its log), one JSON object a line. */
export class Program {
  readonly #child: ChildProcess;
  readonly #exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly lines: Line[] = [];
  readonly rawErrors: string[] = [];
  #waiters: (() => void)[] = [];

  constructor(fixture: string, environment: Readonly<Record<string, string>>) {
    const path = fileURLToPath(new URL(`../process/fixtures/${fixture}.ts`, import.meta.url));
    const env = { ...process.env, ...environment };
    this.#child = spawn(process.execPath, [path], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#exit = once(this.#child, "close").then(([code, signal]) => ({ code, signal }));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream !== null) createInterface(stream).on("line", (text) => this.#read(text));
    void this.#exit.then(() => this.#wake());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for the line of an event, or of a log message that contains the text. */
  async line(text: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    for (;;) {
      const found = this.find(text).find(fits);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`The process ended without saying "${text}". It said:\n${this.transcript()}`);
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  find(text: string): Line[] {
    return this.lines.filter(({ event, message }) => event === text || String(message ?? "").includes(text));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#exit;
  }

  transcript(): string {
    return [...this.lines.map((line) => JSON.stringify(line)), ...this.rawErrors].join("\n");
  }

  #read(text: string): void {
    try {
      this.lines.push(JSON.parse(text));
    } catch {
      // Not one of ours: a crash of Node, or the lease thread's last line.
      this.rawErrors.push(text);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
}

/** A folder and a database of its own for one test. */
export class Database {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "lovage-worker-"));
  readonly url: string = `sqlite:${join(this.#folder, "jobs.db")}`;

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
