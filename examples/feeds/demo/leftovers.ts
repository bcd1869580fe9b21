import type { App } from "lovage";

const PAGE = 500;

/** Ends the jobs that nobody will run, so that the next run starts from nothing. Returns how many. */
export async function revokeLeftovers(app: App): Promise<number> {
  await app.start();
  const reply = await app.engine.inspect.list({
    filter: { tasks: ["feeds.fetch"], states: ["ready", "scheduled", "active"] },
    cursor: undefined,
    limit: PAGE,
  });
  for (const { id } of reply) await app.result(id).revoke({ reason: "left over from a demo" });
  return reply.length;
}
