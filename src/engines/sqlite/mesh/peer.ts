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
