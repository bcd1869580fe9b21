import { type Lifecycle, LifecycleGuard } from "../../kernel/lifecycle.ts";
import { Commands, REQUEST_MS } from "./connection/commands.ts";
import type { Link } from "./connection/link.ts";
import { Listener } from "./connection/listener.ts";
import { checkFormat, checkPartitions, openRequest } from "./format.ts";
import { History } from "./history.ts";
import { Keyspace } from "./keyspace.ts";
import type { RedisSettings } from "./options.ts";
import { Replication } from "./replication.ts";
import { Reader } from "./wire/reader.ts";

/** The operations of which it is promised that their writes last. */
type DurableScript = "push" | "exchange" | "post" | "record-write";

/** What the parts of one partition share. */
export class Store implements Lifecycle {
  readonly settings: RedisSettings;
  readonly keys: Keyspace;
  readonly history: History;
  readonly commands: Commands;
  readonly listener: Listener;
  readonly #replication: Replication;
  readonly #guard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );
  readonly #onUp: (() => void)[] = [];
  readonly #onStop: (() => Promise<void>)[] = [];
  /** What is added to `performance.now()` to have the server's clock. */
  #serverOffsetMs = 0;

  constructor(settings: RedisSettings, partition: number) {
    this.settings = settings;
    this.keys = new Keyspace(settings.namespace, partition, settings.partitions);
    this.history = new History(settings.place);
    this.commands = new Commands(settings, this.keys.prefix, {
      onUp: (link) => this.#takeUp(link),
      history: this.history,
    });
    this.#replication = new Replication(this.commands, settings.place);
    this.listener = new Listener(settings, this.keys.prefix);
  }

  /** What is added to an instant of this process to have the server's, by the clock that never jumps. */
  get serverAheadMs(): number {
    return this.#serverOffsetMs + performance.now() - Date.now();
  }

  /** Whether the server can be asked at present, as far as this process knows. */
  get isUp(): boolean {
    return this.commands.link !== undefined;
  }

  /** Called whenever a connection stands that the server does not know yet. */
  onUp(callback: () => void): void {
    this.#onUp.push(callback);
  }

  onStop(callback: () => Promise<void>): void {
    this.#onStop.push(callback);
  }

  start(): Promise<void> {
    return this.#guard.start();
  }

  stop(): Promise<void> {
    return this.#guard.stop();
  }

  /**
   * Runs a script whose writes are promised to whoever asked. With `durability: "replicated"` it is answered once a replica
   * has them. @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) where none confirms; the operation may be repeated then.
   */
  async runDurably(name: DurableScript, request: Buffer, deadlineAt?: number): Promise<Reader> {
    const reader = await this.commands.run(name, request, deadlineAt);
    if (this.settings.durability === "replicated") await this.#replication.confirm();
    return reader;
  }

  /** Asks for the server's clock again. */
  async measureClock(): Promise<void> {
    const startedMs = performance.now();
    this.#readOpening(await this.commands.run("open", openRequest(this.settings)), startedMs);
  }

  async #begin(): Promise<void> {
    try {
      await this.listener.start();
      await this.commands.start();
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end(): Promise<void> {
    await Promise.all(this.#onStop.map((callback) => callback()));
    await this.commands.stop();
    await this.listener.stop();
  }

  async #takeUp(link: Link): Promise<void> {
    const startedMs = performance.now();
    const reply = await this.commands.runOn(link, "open", openRequest(this.settings), Date.now() + REQUEST_MS);
    this.#readOpening(new Reader(reply), startedMs);
    setImmediate(() => {
      for (const callback of this.#onUp) callback();
    });
  }

  /** @throws SchemaTooNew (`SCHEMA_TOO_NEW`), OptionsInvalid (`OPTIONS_INVALID`) */
  #readOpening(reader: Reader, startedMs: number): void {
    reader.array();
    checkFormat(reader.number(), this.settings);
    this.history.note(reader.text(), reader.number());
    this.#serverOffsetMs = reader.number() - (startedMs + performance.now()) / 2;
    checkPartitions(reader.number(), this.settings);
  }
}
