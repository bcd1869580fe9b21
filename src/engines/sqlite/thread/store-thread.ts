import { realpathSync } from "node:fs";
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import type { ClaimInterest } from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import { newId } from "../../../kernel/id.ts";
import type { JobChange, Payload } from "../../../kernel/job.ts";
import type { Logger } from "../../../kernel/logger.ts";
import { version } from "../../../kernel/version.ts";
import { type Connection, openConnection } from "../database/connection.ts";
import { migrate } from "../database/migrate.ts";
import { toEngineError } from "../errors.ts";
import { type Link, Mesh, type PeerRegistry } from "../mesh/index.ts";
import type { SqliteSettings } from "../options.ts";
import { CHANGES_TOPIC, encodeChanges, type Notice, type Order, toLogFields } from "../protocol.ts";
import { type Committed, Work } from "../work.ts";
import { Arrivals } from "./arrivals.ts";
import { CommitWatch } from "./commit-watch.ts";
import { Delegation } from "./delegation.ts";
import { GroupCommit } from "./group-commit.ts";
import { decodeLetter, type Letter } from "./letter.ts";
import { LockTurn } from "./lock-turn.ts";
import { TablePeerRegistry } from "./peers.ts";
import { MIGRATION_MS, StoreOperations } from "./store-operations.ts";
import { Turnstile } from "./turnstile.ts";

// A message of the mesh holds 1 MiB; a change takes about 60 bytes.
const CHANGES_PER_MESSAGE = 10_000;

/** The engine's thread: owns the connection, the mesh and the group commit, and does what the main thread orders. */
export class StoreThread {
  readonly #port: MessagePort;
  readonly #connection: Connection;
  readonly #work: Work;
  readonly #commits: GroupCommit;
  readonly #turnstile: Turnstile;
  readonly #turn: LockTurn;
  readonly #registry: PeerRegistry;
  readonly #mesh: Mesh;
  readonly #arrivals: Arrivals;
  readonly #watch: CommitWatch;
  readonly #delegation: Delegation;
  readonly #logger: Logger = {
    log: (level, message, fields = {}) => {
      // At this level the mesh tells of every peer that comes and goes.
      if (level !== "debug") this.#notify({ kind: "log", level, message, fields: toLogFields(fields) });
    },
  };

  /** Opens the file and brings its schema up to date. @throws StorageInvalid, StorageFull, EngineTimeout, SchemaTooNew */
  constructor(port: MessagePort, settings: SqliteSettings) {
    this.#port = port;
    this.#connection = openMigrated(settings);
    const { database, statements } = this.#connection;
    this.#work = new Work(database, statements);
    this.#arrivals = new Arrivals(this.#work);
    this.#registry = new TablePeerRegistry(this.#connection);
    this.#turnstile = new Turnstile(realpathSync(settings.path));
    const labelOf = (slot: number): string => labelIn(slot, settings);
    this.#mesh = new Mesh({
      id: newId(),
      label: labelOf(this.#turnstile.slot),
      registry: this.#registry,
      onMessage: (topic, message) => this.#notify({ kind: "message", topic, message }),
      onArrival: (waiters) => this.#notify({ kind: "arrival", waiters: waiters.map(Number) }),
      onLetter: (from, letter) => this.#receive(from, decodeLetter(letter)),
      onGone: (peer) => this.#delegation.forget(peer),
      logger: this.#logger,
    });
    this.#delegation = new Delegation({
      peerAt: (slot) => this.#mesh.peerLabelled(labelOf(slot)),
      run: (call) => {
        this.#commits.submit(call);
        void this.#commits.run();
      },
      answer: (replies) => this.#port.postMessage(replies),
    });
    this.#turn = new LockTurn(this.#turnstile, (slot) => this.#mesh.peerLabelled(labelOf(slot)));
    this.#commits = new GroupCommit({
      connection: this.#connection,
      turn: this.#turn,
      work: this.#work,
      operations: new StoreOperations(this.#connection, this.#work, settings),
      collect: () => this.#collect(),
      delegate: (calls, ahead) => this.#delegation.give(calls, ahead),
      answer: (notices) => this.#answer(notices),
      onCommitted: (committed) => this.#wake(committed),
      onDurable: (committed) => this.#publishChanges(committed),
      logger: this.#logger,
      recordChanges: () => this.#mesh.hasSubscribers(CHANGES_TOPIC),
    });
    this.#watch = new CommitWatch(this.#work, (committed) => {
      this.#wake(committed);
      this.#publishChanges(committed);
    });
  }

  /** Joins the mesh and begins to take orders. */
  async start(): Promise<void> {
    try {
      await this.#mesh.start();
    } catch (error) {
      this.#turnstile.close(false);
      this.#connection.close();
      throw error;
    }
    this.#port.on("message", (orders: readonly Order[]) => {
      this.#take(orders);
      void this.#commits.run();
    });
    this.#notify({ kind: "started" });
  }

  async #stop(): Promise<void> {
    this.#delegation.stop();
    await this.#commits.run();
    this.#watch.stop();
    await this.#mesh.stop();
    this.#turnstile.close(this.#isAlone());
    this.#connection.close();
    this.#port.close();
  }

  /** Whether no other engine is on the file; where it cannot be read, nobody knows. */
  #isAlone(): boolean {
    try {
      return this.#registry.list().length === 0;
    } catch {
      return false;
    }
  }

  #receive(from: Link, letter: Letter): void {
    switch (letter.kind) {
      case "turn":
        this.#turn.call();
        break;
      case "calls":
        this.#delegation.take(from, letter.calls);
        break;
      case "answers":
        this.#delegation.settle(letter);
        break;
      default:
        throw new TypeError(`A letter has the unknown kind ${JSON.stringify(letter satisfies never)}.`);
    }
  }

  #answer(notices: readonly Notice[]): void {
    const own = this.#delegation.answer(notices);
    if (own.length > 0) this.#port.postMessage(own);
  }

  #collect(): void {
    let received = receiveMessageOnPort(this.#port);
    while (received !== undefined) {
      this.#take(received.message);
      received = receiveMessageOnPort(this.#port);
    }
  }

  #take(orders: readonly Order[]): void {
    for (const order of orders) this.#obey(order);
  }

  // May run while a transaction is open, so nothing here touches the file.
  #obey(order: Order): void {
    switch (order.kind) {
      case "call":
        this.#commits.submit(order.call);
        break;
      case "publish":
        this.#publish(order.id, order.topic, order.message);
        break;
      case "subscribe":
        void this.#subscribe(order.id, order.topic);
        break;
      case "unsubscribe":
        this.#mesh.unsubscribe(order.topic);
        break;
      case "wait":
        this.#wait(order.waiter, order.interest);
        break;
      case "unwait":
        this.#mesh.unwait(String(order.waiter));
        break;
      case "watch":
        this.#watch.watch(order.committed);
        break;
      case "stop":
        void this.#stop();
        break;
    }
  }

  #publish(id: number, topic: string, message: Payload): void {
    try {
      this.#mesh.publish(topic, message);
      this.#notify({ kind: "reply", id, reply: undefined });
    } catch (error) {
      this.#fail(id, error);
    }
  }

  async #subscribe(id: number, topic: string): Promise<void> {
    try {
      await this.#mesh.subscribe(topic);
      this.#notify({ kind: "reply", id, reply: undefined });
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #wait(waiter: number, interest: ClaimInterest): void {
    this.#mesh.wait({ id: String(waiter), interest });
    // After the announcement, not before: what is committed in between would go unnoticed.
    this.#commits.look(() => {
      if (!this.#arrivals.take(interest)) return;
      this.#mesh.unwait(String(waiter));
      this.#notify({ kind: "arrival", waiters: [waiter] });
    });
  }

  #wake({ ready }: Committed): void {
    if (ready.length > 0) this.#mesh.wake(ready);
  }

  #publishChanges({ changes }: Committed): void {
    for (let from = 0; from < changes.length; from += CHANGES_PER_MESSAGE)
      this.#publishSome(changes.slice(from, from + CHANGES_PER_MESSAGE));
  }

  #publishSome(changes: readonly JobChange[]): void {
    try {
      this.#mesh.publish(CHANGES_TOPIC, encodeChanges(changes));
    } catch {
      // Ids so long that they do not fit in a message. Changes are hints: whoever waits for a job reads it as well.
    }
  }

  #fail(id: number, error: unknown): void {
    this.#notify({ kind: "failure", id, error: toErrorRecord(toEngineError(error, this.#connection.path)) });
  }

  #notify(notice: Notice): void {
    this.#port.postMessage([notice]);
  }
}

/** What a process is found by to hand a push over to: its slot in the queue for the lock, and all that its way to store it depends on. */
function labelIn(slot: number, { namespace, durability }: SqliteSettings): string {
  return `${slot} ${namespace} ${durability} ${version}`;
}

function openMigrated(settings: SqliteSettings): Connection {
  const deadlineAt = Date.now() + MIGRATION_MS;
  const connection = openConnection(settings, deadlineAt);
  try {
    migrate(connection, { namespace: settings.namespace, dryRun: false, deadlineAt });
    return connection;
  } catch (error) {
    connection.close();
    throw toEngineError(error, settings.path);
  }
}
