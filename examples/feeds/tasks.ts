import { type App, lovage, type Task } from "lovage";
import { z } from "zod";
import { type FetchReport, fetchAndSave } from "./fetch-feed.ts";
import { feedsFile, jobsFile } from "./folder.ts";
import { FeedStore } from "./store.ts";

/** The app: the web process pushes with it, and `lovage worker examples/feeds/tasks.ts` works for it. */
export const app: App = lovage({ url: `sqlite:${encodeURI(jobsFile)}` });

const store = new FeedStore(feedsFile);

/** Fetches one feed. The job carries the feed's id and no more, so it sees the feed as it is when it runs. */
export const fetchFeed: Task<{ feedId: number }, FetchReport> = app.task({
  name: "feeds.fetch",
  input: z.object({ feedId: z.number().int() }),
  // Short, so that the demo is: at most 0.3 and 0.6 s between the attempts, drawn at random.
  retry: { max: 2, backoff: "300ms" },
  timeLimit: { soft: "2s", hard: "4s" },
  async run({ feedId }, ctx): Promise<FetchReport> {
    const feed = store.feed(feedId);
    if (feed === undefined) return ctx.discard(`nobody is subscribed to feed ${feedId} any more`);
    return fetchAndSave(store, feed, ctx.signal, (bytes) => ctx.progress({ bytes }));
  },
});
