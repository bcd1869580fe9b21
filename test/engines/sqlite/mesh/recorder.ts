import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Link, Mesh, type PeerRegistry } from "../../../../src/engines/sqlite/mesh/index.ts";
import { newId } from "../../../../src/kernel/id.ts";
import type { Payload } from "../../../../src/kernel/job.ts";
import type { LogLevel } from "../../../../src/kernel/logger.ts";
import { TableRegistry } from "./registry.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/** A mesh that keeps what it hears. */
export class Recorder {
  readonly id: string;
  readonly registry: PeerRegistry;
  readonly label: string;
  readonly mesh: Mesh;
  readonly messages: { readonly topic: string; readonly message: Payload }[] = [];
  readonly arrivals: string[] = [];
  readonly letters: { readonly from: Link; readonly text: string }[] = [];
  readonly gone: Link[] = [];
  readonly log: LogLine[] = [];

  constructor(registry: PeerRegistry, id: string = newId()) {
    this.id = id;
    this.label = `label of ${id}`;
    this.registry = registry;
    this.mesh = new Mesh({
      id,
      label: this.label,
      registry,
      onMessage: (topic, message) => this.messages.push({ topic, message }),
      onArrival: (waiters) => this.arrivals.push(...waiters),
      onLetter: (from, letter) => this.letters.push({ from, text: letter.toString() }),
      onGone: (peer) => this.gone.push(peer),
      logger: { log: (level, message) => this.log.push({ level, message }) },
    });
  }

  heard(topic: string): Payload[] {
    return this.messages.filter((one) => one.topic === topic).map(({ message }) => message);
  }
}

/** The meshes of one test, over one database file; `close` stops what still runs. */
export class Town {
  readonly folder: string = mkdtempSync(join(tmpdir(), "mesh-test-"));
  readonly path: string = join(this.folder, "peers.db");
  readonly registry: TableRegistry = new TableRegistry(this.path);
  readonly #recorders: Recorder[] = [];

  /** A mesh that is not started yet. */
  recorder(id?: string): Recorder {
    const recorder = new Recorder(this.registry, id);
    this.#recorders.push(recorder);
    return recorder;
  }

  async started(count: number): Promise<Recorder[]> {
    const recorders = Array.from({ length: count }, () => this.recorder());
    await Promise.all(recorders.map(({ mesh }) => mesh.start()));
    return recorders;
  }

  /** Two that are connected. */
  async pair(): Promise<readonly [Recorder, Recorder]> {
    const [left, right] = await this.started(2);
    if (left === undefined || right === undefined) throw new Error("Two meshes were asked for.");
    return [left, right];
  }

  async close(): Promise<void> {
    await Promise.all(this.#recorders.map(({ mesh }) => mesh.stop()));
    this.registry.close();
    rmSync(this.folder, { recursive: true });
  }
}
