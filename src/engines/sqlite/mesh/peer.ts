import { hostname } from "node:os";
import { isRunning, processNamespace } from "./process.ts";

/** One engine instance, as the others of its database find it. */
export interface Peer {
  readonly id: string;
  /** The path of its Unix socket, or the name of its pipe on Windows. */
  readonly address: string;
  readonly pid: number;
  /** Names the machine and process namespace in which `pid` means something. */
  readonly host: string;
}

/**
 * Where peers find each other: a table of the database that they share. Every call is synchronous. The mesh calls while
 * it starts and stops, and from timers and sockets; never from within `publish`, `subscribe`, `wait` or `wake`.
 */
export interface PeerRegistry {
  list(): readonly Peer[];
  /** Adds a peer; one that is listed already under this id is replaced. */
  add(peer: Peer): void;
  /** Does nothing where no such peer is listed. */
  remove(id: string): void;
}

/** The name of this machine and of the process namespace: containers may share a host's name. */
export function hostIdentity(): string {
  return `${hostname()} ${processNamespace()}`;
}

/** Whether a peer's process surely is no more. Of another host's or container's nothing is sure. */
export function isDead({ host, pid }: Peer): boolean {
  if (host !== hostIdentity()) return false;
  // Our own pid under another id: a process of the same number that ran here before, as in a restarted container.
  return pid === process.pid || !isRunning(pid);
}
