export { MESSAGE_LIMIT_BYTES, Mesh, type MeshOptions } from "./mesh.ts";
export type { Peer, PeerRegistry } from "./peer.ts";
export type { ReadyJobs, Waiter } from "./waiter.ts";
