import type { Payload } from "../../../kernel/job.ts";
import { type Lifecycle, LifecycleGuard } from "../../../kernel/lifecycle.ts";
import type { Logger } from "../../../kernel/logger.ts";
import type { Connection } from "./connection.ts";
import { type Frame, FrameError } from "./frame.ts";
import type { Link } from "./link.ts";
import { checkMessage, decodeMessage, encodeMessage } from "./message.ts";
import { Network } from "./network.ts";
import type { PeerRegistry } from "./peer.ts";
import { RemoteWaiters } from "./remote-waiters.ts";
import { decodeSignal, type Signal, type WakeSignal } from "./signal.ts";
import { Subscriptions } from "./subscriptions.ts";
import { UnservedJobs } from "./unserved.ts";
import type { ReadyJobs, Waiter } from "./waiter.ts";
import { Waiters } from "./waiters.ts";

export interface MeshOptions {
  /** Unique among all engine instances of the database, and not to be guessed: a UUID. */
  readonly id: string;
  /** What the others find this instance by, to send it letters. */
  readonly label: string;
  readonly registry: PeerRegistry;
  /** A message of a subscribed topic, from this process or another. May be called during `publish`. */
  readonly onMessage: (topic: string, message: Payload) => void;
  /** The ids of waiters that were woken; each is taken off. May be called during `wake`. */
  readonly onArrival: (waiters: readonly string[]) => void;
  /** Bytes that a peer sent to this instance alone; a view, to be copied if kept. An error that it throws ends the connection. */
  readonly onLetter: (from: Link, letter: Buffer) => void;
  /** Letters to this peer may not have arrived, and none will come from it. */
  readonly onGone: (peer: Link) => void;
  readonly logger: Logger;
}

/** How the mesh fares. */
export interface MeshStatistics {
  /** Peers connected at present. */
  readonly peers: number;
  /** Messages dropped since the start, because a peer did not read. */
  readonly dropped: number;
}

/**
 * Carries hints and live messages between the processes that share one SQLite file on one machine, because SQLite has
 * no notifications: every instance has one connection to every other. What it carries may be lost and is never stored,
 * so a poll stands behind every hint. Its sockets and timers do not keep the process alive.
 *
 * @example
 * const mesh = new Mesh({ id: newId(), label: "1", registry, onMessage, onArrival, onLetter, onGone, logger });
 * await mesh.start();
 * await mesh.subscribe("jobs");
 * mesh.wait({ id: "1", interest: { queues: undefined, tasks: ["mail.send"] } });
 * mesh.wake([{ queue: "default", task: "mail.send", count: 3 }]);
 */
export class Mesh implements Lifecycle {
  readonly #options: MeshOptions;
  readonly #network: Network;
  readonly #subscriptions = new Subscriptions();
  readonly #waiters = new Waiters();
  readonly #remoteWaiters = new RemoteWaiters();
  readonly #unserved = new UnservedJobs();
  readonly #labels = new Map<string, Link>();
  readonly #lifecycle: LifecycleGuard;
  /** Of connections that have ended. */
  #dropped = 0;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#network = new Network({
      id: options.id,
      label: options.label,
      registry: options.registry,
      logger: options.logger,
      onConnect: (connection, label) => this.#connect(connection, label),
      onFrame: (connection, frame) => this.#receive(connection, frame),
      onDisconnect: (connection) => this.#disconnect(connection),
      collect: (connection) => [...this.#subscriptions.collect(connection), ...this.#waiters.collect(connection)],
    });
    this.#lifecycle = new LifecycleGuard(
      () => this.#begin(),
      () => this.#end(),
    );
  }

  /**
   * Resolves once every peer that answers is connected, and each knows the other's subscriptions; one that does not
   * answer is waited for one second, and connected when it does.
   *
   * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) where no socket can be opened, or whatever the registry throws.
   */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Sends what was published, takes this peer off the registry, and closes and removes its socket. */
  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  /**
   * Sends to every process that subscribes to the topic, this one included, in order. Returns at once; a peer that does
   * not read loses messages once 16 MiB wait for it.
   *
   * @throws TooLarge (`TOO_LARGE`) over `MESSAGE_LIMIT_BYTES`.
   * @throws NameInvalid (`NAME_INVALID`) for a topic of more than 65,535 bytes, or with a lone surrogate.
   */
  publish(topic: string, message: Payload): void {
    checkMessage({ topic, payload: message });
    const links = this.#subscriptions.subscribers(topic);
    if (links.length > 0) {
      const frame = encodeMessage({ topic, payload: message });
      for (const link of links) link.offer(frame);
    }
    this.#deliver(topic, message);
  }

  /**
   * Resolves once no message that a connected peer publishes from then on can be missed: each has acknowledged, or has
   * not answered for one second, in which case it is told all the same.
   */
  subscribe(topic: string): Promise<void> {
    return this.#subscriptions.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.#subscriptions.unsubscribe(topic);
  }

  /** Whether anybody would hear a message of this topic. */
  hasSubscribers(topic: string): boolean {
    return this.#subscriptions.heard(topic);
  }

  /**
   * Announces an idle worker, until it is woken or `unwait` is called. Look for ready jobs after this call, not before:
   * what is committed in between would go unnoticed.
   *
   * @throws TooLarge (`TOO_LARGE`) where the names of its queues and tasks take over 1 MiB.
   */
  wait(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  unwait(id: string): void {
    this.#waiters.remove(id);
  }

  /** Wakes at most as many waiters as there are jobs for them: those of this process first, then others in turn. */
  wake(ready: readonly ReadyJobs[]): void {
    const woken: string[] = [];
    for (const jobs of ready) {
      const local = this.#waiters.take(jobs);
      woken.push(...local);
      const count = jobs.count - local.length;
      const left = count === 0 ? 0 : count - this.#remoteWaiters.wake({ ...jobs, count });
      if (left > 0) this.#unserved.add({ ...jobs, count: left });
    }
    this.#arrive(woken);
  }

  /** The connected peer that has this label; of several the one that connected last. */
  peerLabelled(label: string): Link | undefined {
    return this.#labels.get(label);
  }

  statistics(): MeshStatistics {
    const connections = this.#network.connections;
    const dropped = connections.reduce((sum, connection) => sum + connection.dropped, this.#dropped);
    return { peers: connections.length, dropped };
  }

  async #begin(): Promise<void> {
    await this.#network.start();
    await this.#subscriptions.acknowledged();
  }

  async #end(): Promise<void> {
    await this.#network.stop();
    this.#subscriptions.stop();
    this.#unserved.clear();
  }

  #deliver(topic: string, message: Payload): void {
    if (!this.#subscriptions.has(topic)) return;
    try {
      this.#options.onMessage(topic, message);
    } catch (error) {
      this.#options.logger.log("error", "mesh message could not be handed on", { topic, error });
    }
  }

  #arrive(woken: readonly string[]): void {
    if (woken.length === 0) return;
    try {
      this.#options.onArrival(woken);
    } catch (error) {
      this.#options.logger.log("error", "mesh wake-up could not be handed on", { error });
    }
  }

  #connect(link: Connection, label: string): void {
    this.#labels.set(label, link);
    this.#subscriptions.connect(link);
    this.#waiters.connect(link);
    this.#remoteWaiters.connect(link);
  }

  #disconnect(link: Connection): void {
    this.#subscriptions.disconnect(link);
    this.#waiters.disconnect(link);
    this.#remoteWaiters.disconnect(link);
    for (const [label, peer] of this.#labels) if (peer === link) this.#labels.delete(label);
    this.#options.onGone(link);
    this.#dropped += link.dropped;
  }

  #receive(link: Connection, frame: Frame): void {
    this.#subscriptions.hear(link);
    this.#remoteWaiters.hear(link);
    switch (frame.type) {
      case "message": {
        const { topic, payload } = decodeMessage(frame.body);
        this.#deliver(topic, payload);
        break;
      }
      case "letter":
        this.#options.onLetter(link, frame.body);
        break;
      case "signal":
        this.#obey(link, decodeSignal(frame.body));
        break;
    }
  }

  #obey(link: Connection, signal: Signal): void {
    switch (signal.kind) {
      case "topics":
        this.#subscriptions.update(link, signal);
        break;
      case "acknowledged":
        this.#subscriptions.acknowledge(link, signal.sequence);
        break;
      case "group":
        this.#remoteWaiters.describe(link, signal);
        break;
      case "idle":
        this.#remoteWaiters.count(link, signal.group, signal.count);
        this.#unserved.offer(link, (jobs) => this.#remoteWaiters.wakeOne(link, jobs));
        break;
      case "dissolved":
        this.#remoteWaiters.dissolve(link, signal.group);
        break;
      case "wake":
        this.#wakeHere(link, signal);
        break;
      case "missed":
        this.#remoteWaiters.count(link, signal.group, 0);
        this.wake([{ queue: signal.queue, task: signal.task, count: signal.count }]);
        break;
      case "hello":
      case "welcome":
      case "refused":
        throw new FrameError(`A ${signal.kind} came after the connection had begun.`);
    }
  }

  #wakeHere(link: Connection, signal: WakeSignal): void {
    this.#waiters.countOff(link, signal.group, signal.count);
    const woken = this.#waiters.take(signal, signal.group);
    this.#arrive(woken);
    if (woken.length < signal.count) link.send({ ...signal, kind: "missed", count: signal.count - woken.length });
  }
}
