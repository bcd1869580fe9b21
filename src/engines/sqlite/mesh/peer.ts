import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** One engine instance, as the others of its database find it. */
export interface Peer {
  readonly id: string;
  /** The path of its Unix socket, or the name of its pipe on Windows. */
  readonly address: string;
  readonly pid: number;
  /** Names the machine and process namespace in which `pid` means something. */
  readonly host: string;
}

/** Where peers find each other: a table of the database that they share. Every call is synchronous. */
export interface PeerRegistry {
  list(): readonly Peer[];
  /** Adds a peer; one that is listed already under this id is replaced. */
  add(peer: Peer): void;
  /** Does nothing where no such peer is listed. */
  remove(id: string): void;
}

/** The name of this machine and, on Linux, of the process namespace: containers may share a host's name. */
export function hostIdentity(): string {
  return [hostname(), processNamespace()].filter((part) => part !== undefined).join(" ");
}

/** Whether a peer's process surely is no more. Of another host's or container's nothing is sure. */
export function isDead({ host, pid }: Peer): boolean {
  if (host !== hostIdentity()) return false;
  // Our own pid under another id: a process of the same number that ran here before, as in a restarted container.
  return pid === process.pid || !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function processNamespace(): string | undefined {
  try {
    return process.platform === "linux" ? readlinkSync("/proc/self/ns/pid") : undefined;
  } catch {
    // Without /proc there is only the host's name.
    return undefined;
  }
}
