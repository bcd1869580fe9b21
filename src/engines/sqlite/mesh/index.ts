export { post } from "./letter.ts";
export type { Link } from "./link.ts";
export { Mesh, type MeshOptions, type MeshStatistics } from "./mesh.ts";
export { MESSAGE_LIMIT_BYTES } from "./message.ts";
export type { Peer, PeerRegistry } from "./peer.ts";
export type { ReadyJobs, Waiter } from "./waiter.ts";
