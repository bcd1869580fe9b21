import { createConnection, createServer, type Server, type Socket } from "node:net";
import { systemClock, type Timer } from "../../../kernel/clock.ts";
import { EngineTimeout, EngineUnavailable } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/logger.ts";
import { Absences } from "./absences.ts";
import { createAddress, removeAddress } from "./address.ts";
import { Connection, type ConnectionHandlers } from "./connection.ts";
import { type Frame, FrameError } from "./frame.ts";
import { hostIdentity, isDead, type Peer, type PeerRegistry } from "./peer.ts";
import { decodeSignal, type Signal } from "./signal.ts";

// `start` waits so long for peers that accept the connection and then say nothing.
const START_TIMEOUT_MS = 1_000;
// Who connects says hello at once; a peer whose thread is busy may need a while.
const HELLO_TIMEOUT_MS = 5_000;
// After stop, what was published last may still leave; a peer that does not read is not waited for longer.
const GOODBYE_TIMEOUT_MS = 250;
// A sweep soon after a connection broke, then ever more rarely. The slowest keeps mending what nobody notices: a row
// that was lost, a peer that could not be reached. It reads the registry once.
const FIRST_SWEEP_MS = 20;
const SLOWEST_SWEEP_MS = 30_000;
// Of another host or container nobody knows whether a process runs, and a number may belong to another one by now. Who
// lives all the same lists itself again at its next sweep, so being wrong costs two small writes an hour.
const ABSENCE_LIMIT_MS = 3_600_000;

export interface NetworkOptions {
  readonly id: string;
  /** What peers find this one by, to send it letters. */
  readonly label: string;
  readonly registry: PeerRegistry;
  readonly logger: Logger;
  onConnect(connection: Connection, label: string): void;
  onFrame(connection: Connection, frame: Frame): void;
  onDisconnect(connection: Connection): void;
  collect(connection: Connection): readonly Signal[];
}

/** One connection to every peer of the registry, kept up for as long as the peer is listed. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #links = new Map<string, Connection>();
  readonly #dials = new Map<string, Connection>();
  readonly #strangers = new Map<Connection, Timer>();
  readonly #absences = new Absences(ABSENCE_LIMIT_MS);
  /** Listed peers that `start` still waits for. */
  readonly #awaited = new Set<string>();
  #onNoneAwaited: () => void = () => {};
  #server: Server | undefined;
  #self: Peer | undefined;
  #sweep: Timer | undefined;
  #sweepMs = FIRST_SWEEP_MS;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  get connections(): Connection[] {
    return [...this.#links.values()];
  }

  /**
   * Listens, lists this peer, and connects to all others; one that does not answer is waited for one second.
   *
   * @throws EngineUnavailable (`ENGINE_UNAVAILABLE`) where it cannot listen, or whatever the registry throws.
   */
  async start(): Promise<void> {
    const { id } = this.#options;
    const address = createAddress();
    try {
      this.#server = await listen(address, (socket) => this.#accept(socket));
      this.#self = { id, address, pid: process.pid, host: hostIdentity() };
      // Listed before it lists: of two that start at once, at least one sees the other.
      const listed = this.#enlist(this.#self);
      for (const peer of this.#unlinked()) this.#awaited.add(peer.id);
      this.#connectAll();
      if (!listed) this.#sweepSoon();
    } catch (error) {
      await this.#close(address);
      throw error;
    }
    await this.#allAnswered();
  }

  async stop(): Promise<void> {
    const address = this.#self?.address;
    try {
      this.#options.registry.remove(this.#options.id);
    } catch (error) {
      this.#options.logger.log("warn", "mesh peer could not be taken off the registry", { error });
    }
    if (address !== undefined) await this.#close(address);
  }

  async #close(address: string): Promise<void> {
    this.#sweep?.cancel();
    this.#self = undefined;
    this.#awaited.clear();
    for (const connection of [...this.#dials.values(), ...this.#strangers.keys()]) connection.destroy();
    const links = this.connections;
    for (const connection of links) connection.end();
    const timer = systemClock.setTimer(GOODBYE_TIMEOUT_MS, () => {
      for (const connection of links) connection.destroy();
    });
    await Promise.all([closeServer(this.#server), ...links.map(({ ended }) => ended)]);
    timer.cancel();
    this.#server = undefined;
    removeAddress(address);
  }

  /** Where the registry is locked, it may be by the very caller who waits for this start: a sweep tries again. */
  #enlist(self: Peer): boolean {
    try {
      this.#options.registry.add(self);
      return true;
    } catch (error) {
      if (!(error instanceof EngineTimeout)) throw error;
      this.#options.logger.log("debug", "mesh registry is locked; this peer is listed later", { error });
      return false;
    }
  }

  #unlinked(): Peer[] {
    const { id, registry } = this.#options;
    return registry.list().filter((peer) => peer.id !== id && !this.#links.has(peer.id));
  }

  #connectAll(): void {
    const unlinked = this.#unlinked();
    this.#absences.keep(new Set(unlinked.map(({ id }) => id)));
    for (const peer of unlinked) if (!this.#dials.has(peer.id)) this.#tryDial(peer);
    // With all peers connected only the slow sweep is left.
    this.#sweepMs = unlinked.length === 0 ? SLOWEST_SWEEP_MS : Math.min(this.#sweepMs * 2, SLOWEST_SWEEP_MS);
    this.#scheduleSweep();
  }

  #sweepSoon(): void {
    this.#sweepMs = Math.min(this.#sweepMs, FIRST_SWEEP_MS);
    this.#scheduleSweep();
  }

  #scheduleSweep(): void {
    this.#sweep?.cancel();
    if (this.#self === undefined) return;
    // Spread, for when a peer dies all others sweep.
    const delayMs = this.#sweepMs * (0.5 + Math.random());
    this.#sweep = systemClock.setTimer(delayMs, () => this.#mend(), { background: true });
  }

  #mend(): void {
    const { id, registry, logger } = this.#options;
    if (this.#self === undefined) return;
    try {
      // Another peer may have taken us for dead.
      if (!registry.list().some((peer) => peer.id === id)) registry.add(this.#self);
      this.#connectAll();
    } catch (error) {
      logger.log("warn", "mesh registry could not be read; tried again later", { error });
      this.#sweepMs = Math.min(this.#sweepMs * 2, SLOWEST_SWEEP_MS);
      this.#scheduleSweep();
    }
  }

  #tryDial(peer: Peer): void {
    try {
      this.#dial(peer);
    } catch (error) {
      // An address that no path can be, such as one with a zero byte, throws at once.
      this.#answer(peer.id);
      this.#options.logger.log("debug", "mesh peer has no usable address", { peer: peer.id, error });
      if (this.#isGone(peer)) this.#bury(peer);
    }
  }

  #dial(peer: Peer): void {
    const connection = new Connection(
      createConnection({ path: peer.address }),
      {
        onFrame: (frame) => this.#answered(peer, connection, decodeHandshake(frame)),
        onClose: (error) => this.#dialFailed(peer, connection, error),
        collect: () => [],
      },
      this.#options.logger,
    );
    this.#dials.set(peer.id, connection);
    connection.send({ kind: "hello", from: this.#options.id, to: peer.id, label: this.#options.label });
  }

  #answered(peer: Peer, connection: Connection, signal: Signal): void {
    if (signal.kind === "welcome" && signal.from === peer.id && this.#dials.get(peer.id) === connection) {
      this.#dials.delete(peer.id);
      this.#establish(peer.id, connection, signal.label);
      return;
    }
    if (signal.kind !== "refused") throw new FrameError(`A hello was answered by ${signal.kind}.`);
    // The peer's own connection comes in, or its end of an old one is about to close.
    this.#dials.delete(peer.id);
    connection.destroy();
  }

  #dialFailed(peer: Peer, connection: Connection, error: Error | undefined): void {
    if (this.#dials.get(peer.id) !== connection) return;
    this.#dials.delete(peer.id);
    this.#answer(peer.id);
    if (this.#self === undefined || error === undefined || !isUnreachable(error)) return;
    if (this.#isGone(peer)) this.#bury(peer);
  }

  /** Of a peer that cannot be reached. */
  #isGone(peer: Peer): boolean {
    return isDead(peer) || this.#absences.lasts(peer.id, systemClock.monotonic());
  }

  #bury({ id, address }: Peer): void {
    const { registry, logger } = this.#options;
    this.#absences.end(id);
    try {
      // All peers notice at once; reading first spares all but the quickest a write.
      if (registry.list().some((listed) => listed.id === id)) registry.remove(id);
      removeAddress(address);
    } catch (error) {
      logger.log("warn", "mesh peer that died could not be removed", { peer: id, error });
    }
  }

  #accept(socket: Socket): void {
    const connection = new Connection(
      socket,
      {
        onFrame: (frame) => this.#greet(connection, decodeHandshake(frame)),
        onClose: () => this.#forgetStranger(connection),
        collect: () => [],
      },
      this.#options.logger,
    );
    const timer = systemClock.setTimer(HELLO_TIMEOUT_MS, () => connection.destroy(), { background: true });
    this.#strangers.set(connection, timer);
  }

  #greet(connection: Connection, signal: Signal): void {
    const { id, label } = this.#options;
    if (signal.kind !== "hello" || signal.to !== id || signal.from === id) {
      throw new FrameError(`A connection began with ${signal.kind}, not with a hello to this peer.`);
    }
    const { from } = signal;
    // When two connect to each other at once, the connection of the lower id is kept, by the same rule at both ends.
    if (this.#links.has(from) || (this.#dials.has(from) && id < from)) {
      connection.send({ kind: "refused" });
      connection.end();
      return;
    }
    this.#forgetStranger(connection);
    const dial = this.#dials.get(from);
    this.#dials.delete(from);
    dial?.destroy();
    connection.send({ kind: "welcome", from: id, label });
    this.#establish(from, connection, signal.label);
  }

  #establish(id: string, connection: Connection, label: string): void {
    const { onConnect, onFrame, onDisconnect, collect } = this.#options;
    const handlers: ConnectionHandlers = {
      onFrame: (frame) => {
        this.#answer(id);
        onFrame(connection, frame);
      },
      onClose: (error) => {
        this.#options.logger.log("debug", "mesh peer disconnected", { peer: id, error });
        this.#links.delete(id);
        this.#answer(id);
        onDisconnect(connection);
        this.#sweepSoon();
      },
      collect: () => collect(connection),
    };
    connection.handle(handlers);
    this.#links.set(id, connection);
    onConnect(connection, label);
  }

  #forgetStranger(connection: Connection): void {
    this.#strangers.get(connection)?.cancel();
    this.#strangers.delete(connection);
  }

  /** A peer counts as answered once it has told its subscriptions, or cannot be reached. */
  #answer(id: string): void {
    if (this.#awaited.delete(id) && this.#awaited.size === 0) this.#onNoneAwaited();
  }

  #allAnswered(): Promise<void> {
    if (this.#awaited.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = systemClock.setTimer(START_TIMEOUT_MS, () => {
        this.#awaited.clear();
        resolve();
      });
      this.#onNoneAwaited = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function decodeHandshake(frame: Frame): Signal {
  if (frame.type !== "signal") throw new FrameError(`A connection began with a ${frame.type}.`);
  return decodeSignal(frame.body);
}

function listen(address: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket);
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new EngineUnavailable(
          `The processes of one database talk over a local socket, and none can be opened at ${address}: ${error.message}.`,
          { cause: error },
        ),
      ),
    );
    server.listen(address, () => resolve(server));
  });
}

function closeServer(server: Server | undefined): Promise<void> {
  return server === undefined ? Promise.resolve() : new Promise((resolve) => server.close(() => resolve()));
}

// Nobody listens there. Other errors, such as a full backlog, say nothing about the peer.
function isUnreachable(error: Error): boolean {
  return "code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOENT");
}
