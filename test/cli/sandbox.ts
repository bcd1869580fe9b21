import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";
import { type App, lovage } from "../../src/app/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The command, as a path. */
export const script: string = join(root, "bin/lovage.js");
// A hundred commands load the same modules: with their code cached, one takes 0.28 s of processor time instead of 0.75.
const compileCache = join(tmpdir(), "lovage-test-compile-cache");

/** How a command ended, and what it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  #stdout = "";
  #stderr = "";
  readonly #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#tell();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#tell();
    });
    this.ended = once(child, "close").then(([code, signal]) => {
      this.#tell();
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("The command did not start.");
    return this.child.pid;
  }

  /** Everything that it has said on standard error so far. */
  get log(): string {
    return this.#stderr;
  }

  /** Resolves once standard error holds a match; rejects if the command ends without one. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#stderr);
        if (match !== null) done(() => resolve(match));
        else if (this.child.exitCode !== null || this.child.signalCode !== null) {
          done(() => reject(new Error(`It ended without saying ${pattern}:\n${this.#stderr}`)));
        }
      };
      const done = (settle: () => void): void => {
        this.#listeners.delete(look);
        settle();
      };
      this.#listeners.add(look);
      look();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A folder of a user's, in which commands run. Its store is `lovage.db` there. */
export class Sandbox {
  readonly folder: string;
  readonly #started: Running[] = [];
  readonly #apps: App[] = [];

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "lovage-cli-"));
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(root, join(this.folder, "node_modules/lovage"));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  get url(): string {
    return `sqlite:${join(this.folder, "lovage.db")}`;
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** An app on the same store, in this process. */
  app(): App {
    const app = lovage({ url: this.url });
    this.#apps.push(app);
    return app;
  }

  /** Runs `lovage …` to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ending> {
    return this.start(args, options).ended;
  }

  /** Starts `lovage …`. */
  start(args: readonly string[], options: RunOptions = {}): Running {
    const { LOVAGE_URL: _url, FORCE_COLOR: _force, ...inherited } = process.env;
    const child = spawn(process.execPath, [script, ...args], {
      cwd: this.folder,
      env: { ...inherited, NODE_COMPILE_CACHE: compileCache, NO_COLOR: "1", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      // A process group of its own, so that clearing up reaches the children of a supervisor that was killed.
      detached: true,
    });
    // A command that does not read its input closes the pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
    const running = new Running(child);
    this.#started.push(running);
    return running;
  }

  /** Ends what still runs and removes the folder. */
  async clear(): Promise<void> {
    for (const running of this.#started) killGroup(running.pid);
    await Promise.all(this.#started.map(({ ended }) => ended));
    await Promise.all(this.#apps.map((app) => app.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody of the group is left, which is what it should be.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

const sandboxes: Sandbox[] = [];

/** A sandbox that is cleared after the test. Call `clearSandboxes()` once in the file. */
export function sandbox(files: Readonly<Record<string, string>> = {}): Sandbox {
  const made = new Sandbox(files);
  sandboxes.push(made);
  return made;
}

export function clearSandboxes(): void {
  afterEach(async () => {
    for (const one of sandboxes.splice(0)) await one.clear();
  });
}

/** The documents of an output that has one a line. */
export function jsonLines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Resolves once `look` gives something else than `undefined` or `false`. */
export async function eventually<Value>(look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Tasks that most tests can use. */
export const TASKS = `
import { lovage } from "lovage";

export const app = lovage({ worker: { lease: "1s", poll: "100ms" } });

export const add = app.task({
  name: "math.add",
  redact: (input) => ({ ...input, left: "(hidden)" }),
  run: ({ left, right }: { left: number; right: number }) => ({ sum: left + right }),
});

export const fail = app.task({
  name: "math.fail",
  retry: { max: 0 },
  run() {
    throw new TypeError("no way");
  },
});

export const sleep = app.task({
  name: "sleep",
  async run(milliseconds: number, { log, signal }) {
    log.info("sleeping");
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return process.pid;
  },
});
`;
