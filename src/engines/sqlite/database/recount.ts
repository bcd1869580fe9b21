import { type Connection, writeBlocking } from "./connection.ts";

/**
 * Counts every lane's jobs anew and says how many lanes were wrong. They are only where somebody changed jobs by hand:
 * a lane that counts no ready job is not claimed from.
 */
export function recount(connection: Connection, deadlineAt: number): number {
  return writeBlocking(connection, deadlineAt, () => connection.statements.named("maintenance/recount").run());
}
