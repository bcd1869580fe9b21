import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Subscription } from "../../../engine/bus.ts";
import type { Engine } from "../../../engine/contract.ts";
import { fromErrorRecord } from "../../../kernel/error-record.ts";
import { EngineClosed } from "../../../kernel/errors.ts";
import type { StoreReference } from "../adapter.ts";
import type { Trial } from "../trial.ts";
import type { Answer, ChildOptions, Command, Labour, Request } from "./protocol.ts";
import { remoteEngine } from "./remote-engine.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** An engine in a process of its own, on the trial's store. */
export class EngineProcess {
  readonly engine: Engine;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<number, (value: never) => void>();
  #lastId = 0;

  /** Starts a process, and the engine in it; it is gone when the trial ends. */
  static async start(trial: Trial): Promise<EngineProcess> {
    const child = await EngineProcess.fork(trial);
    await child.engine.start();
    return child;
  }

  /** A process whose engine is open, and not started. */
  static async fork(trial: Trial, reference: StoreReference = trial.reference): Promise<EngineProcess> {
    const { processes } = trial.adapter;
    assert.ok(processes !== undefined);
    const child = new EngineProcess({ module: processes.module, reference });
    trial.onEnd(() => child.end());
    await child.#answerTo(0);
    return child;
  }

  private constructor(options: ChildOptions) {
    const program = new URL("./child.ts", import.meta.url);
    this.#child = fork(fileURLToPath(program), [JSON.stringify(options)], { serialization: "advanced", execArgv: [] });
    this.#child.on("message", (answer: Answer) => this.#receive(answer));
    this.#exited = new Promise((resolve) => this.#child.once("exit", () => resolve()));
    void this.#exited.then(() => this.#fail());
    this.engine = remoteEngine(this);
  }

  ask(command: Command): Promise<unknown> {
    this.#lastId += 1;
    const request: Request = { id: this.#lastId, command };
    const answer = this.#answerTo(request.id);
    this.#child.send(request, (error) => {
      // Its line breaks before it is known to have ended.
      if (error !== null) this.#settle(request.id, ({ reject }) => reject(ended(error)));
    });
    return answer;
  }

  /** Has the child listen, by a `subscribe` or `changes` command. */
  async listen(command: (listener: number) => Command, onHeard: (value: never) => void): Promise<Subscription> {
    this.#lastId += 1;
    const listener = this.#lastId;
    this.#listeners.set(listener, onHeard);
    await this.ask(command(listener));
    return {
      close: async () => {
        this.#listeners.delete(listener);
        await this.ask({ kind: "close", listener });
      },
    };
  }

  /** Has the child work until it is killed or its engine closed. */
  labour(labour: Labour): void {
    // It ends with the process or the engine, and so with an error that says nothing new.
    this.ask({ kind: "labour", labour }).catch((error: unknown) => assert.ok(error instanceof Error));
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
    assert.ok(this.#child.kill(signal), `process ${this.#child.pid} takes ${signal}`);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Ends as a process does that is done: the engine is stopped first. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGCONT");
    await this.engine.stop();
    this.#child.disconnect();
    await this.#exited;
  }

  #answerTo(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #receive(answer: Answer): void {
    switch (answer.kind) {
      case "value":
        this.#settle(answer.id, ({ resolve }) => resolve(answer.value));
        break;
      case "error":
        this.#settle(answer.id, ({ reject }) => reject(fromErrorRecord(answer.error)));
        break;
      case "heard":
        // What the child hears is what its listener was typed for: the channel has no types.
        this.#listeners.get(answer.listener)?.(answer.value as never);
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) how(pending);
  }

  #fail(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, ({ reject }) => reject(ended()));
  }
}

function ended(cause?: Error): EngineClosed {
  return new EngineClosed("The child process has ended.", { cause });
}
