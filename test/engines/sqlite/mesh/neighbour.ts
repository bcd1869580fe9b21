import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command, Report } from "./peer-process.ts";

export const peerProcessPath: string = fileURLToPath(new URL("./peer-process.ts", import.meta.url));

/** A peer in a process of its own. */
export class Neighbour {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, "exit");
  }

  /** Resolves when its mesh has started. */
  static async start(registryPath: string): Promise<Neighbour> {
    const execArgv = ["--conditions=lovage-source", "--disable-warning=ExperimentalWarning"];
    const neighbour = new Neighbour(fork(peerProcessPath, [registryPath], { execArgv }));
    await once(neighbour.#child, "message");
    return neighbour;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask(command: Command): Promise<Report> {
    const reply = once(this.#child, "message");
    this.#child.send(command);
    const [report]: Report[] = await reply;
    if (report === undefined) throw new Error("The peer process answered nothing.");
    return report;
  }

  /** `SIGSTOP` makes it a peer that neither reads nor answers. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
