// The web process: pushes jobs, and answers at once. Started by the demo; says where it listens by its first message.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fetchAndSave } from "./fetch-feed.ts";
import { feedsFile } from "./folder.ts";
import { FeedStore } from "./store.ts";
import { app, fetchFeed } from "./tasks.ts";

/** What a route answers: a status and JSON. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const store = new FeedStore(feedsFile);

/** `POST /feeds/7/fetch`: the work is pushed, and the request ends. */
async function push(feedId: number): Promise<Answer> {
  const result = await fetchFeed.delay({ feedId });
  return { status: 202, body: { job: result.id } };
}

/** `POST /feeds/7/fetch-inline`: the same work within the request, as it would be without tasks. */
async function fetchInline(feedId: number): Promise<Answer> {
  const feed = store.feed(feedId);
  if (feed === undefined) return { status: 404, body: {} };
  return { status: 200, body: await fetchAndSave(store, feed, AbortSignal.timeout(10_000), () => {}) };
}

/** `PATCH /feeds/7`: corrects the address. */
async function move(feedId: number, request: IncomingMessage): Promise<Answer> {
  const { url } = JSON.parse(Buffer.concat(await request.toArray()).toString());
  return { status: store.move(feedId, String(url)) ? 200 : 404, body: {} };
}

async function route(request: IncomingMessage): Promise<Answer> {
  const [, collection, id, action] = (request.url ?? "").split("/");
  if (collection === "entries") return { status: 200, body: { entries: store.entryCount() } };
  if (collection !== "feeds") return { status: 404, body: {} };
  switch (`${request.method} ${action ?? ""}`) {
    case "POST fetch":
      return push(Number(id));
    case "POST fetch-inline":
      return fetchInline(Number(id));
    case "PATCH ":
      return move(Number(id), request);
    case "DELETE ":
      return { status: store.unsubscribe(Number(id)) ? 200 : 404, body: {} };
    default:
      return { status: 404, body: {} };
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, body } = await route(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  } catch (error) {
    console.error(error);
    response.writeHead(502).end(JSON.stringify({ error: String(error) }));
  }
}

const server = createServer((request, response) => void answer(request, response));

let stopping = false;

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  server.close();
  server.closeAllConnections();
  await app.close();
  store.close();
  process.exit();
}

process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());
// The demo is gone, whatever ended it.
process.on("disconnect", () => void stop());

await app.start();
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}` });
});
