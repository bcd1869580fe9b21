import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { run, userEnvironment } from "../../support/command.ts";
import type { Step } from "./quick-start.ts";

// A worker finishes what it runs before it goes.
const SHUTDOWN_MS = 30_000;

/**
 * Does in an empty folder what the quick start says. The one thing changed is what `npm install lovage` installs: the
 * packed tarball instead of the published package. Throws where a command fails or prints something else than is said.
 */
export async function follow(steps: readonly Step[], folder: string, tarball: string): Promise<void> {
  const terminals: Terminal[] = [];
  let printed = "";
  try {
    for (const step of steps) {
      if (step.kind === "command") printed = runLine(folder, withTarball(step.line, tarball));
      else if (step.kind === "background") terminals.push(new Terminal(folder, step.line));
      else if (step.kind === "file") writeFile(join(folder, step.name), step.text);
      else expectLines(printed, step.lines);
    }
  } catch (error) {
    const background = terminals.map((terminal) => `${terminal.line} printed:\n${terminal.read()}`);
    throw new Error([String(error), ...background].join("\n\n"), { cause: error });
  } finally {
    await Promise.all(terminals.map((terminal) => terminal.close()));
  }
}

/** A command in a terminal of its own, until it is closed. */
class Terminal {
  readonly line: string;
  readonly #log: string;
  readonly #process: ChildProcess;

  constructor(folder: string, line: string) {
    this.line = line;
    this.#log = join(folder, "terminal.log");
    const log = openSync(this.#log, "a");
    // A process group of its own, so that what npx starts ends with it.
    const options = { cwd: folder, env: userEnvironment(), detached: true };
    this.#process = spawn("sh", ["-c", line], { ...options, stdio: ["ignore", log, log] });
    closeSync(log);
  }

  read(): string {
    return readFileSync(this.#log, "utf8");
  }

  /** Ends all that the line started, and waits until nothing of it is left. */
  async close(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    const deadlineAt = Date.now() + SHUTDOWN_MS;
    while (signalGroup(pid, 0)) {
      if (Date.now() > deadlineAt) signalGroup(pid, "SIGKILL");
      await setTimeout(20);
    }
  }
}

/** False when no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

function runLine(folder: string, line: string): string {
  const { status, stdout, stderr } = run(folder, ["sh", "-c", line]);
  if (status !== 0) throw new Error(`${line} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function withTarball(line: string, tarball: string): string {
  return line.startsWith("npm install ") ? line.replace(/ lovage\b/, ` ${JSON.stringify(tarball)}`) : line;
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function expectLines(printed: string, lines: readonly string[]): void {
  let from = 0;
  for (const line of lines) {
    const at = printed.indexOf(line, from);
    if (at === -1) throw new Error(`The quick start says that "${line}" is printed, but it is not:\n${printed}`);
    from = at + line.length;
  }
}
