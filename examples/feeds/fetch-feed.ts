import { download } from "./download.ts";
import { parsePage } from "./parse-feed.ts";
import type { FeedStore, SubscribedFeed } from "./store.ts";

/** What one fetch of a feed did. */
export interface FetchReport {
  readonly format: string;
  readonly bytes: number;
  /** Entries of the feed that are stored now; of these, how many are new and how many have changed. */
  readonly entries: number;
  readonly created: number;
  readonly changed: number;
}

/** The work itself, which knows nothing of tasks: retrieve a page, parse it, save its entries. */
export async function fetchAndSave(
  store: FeedStore,
  feed: SubscribedFeed,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<FetchReport> {
  const page = await download(feed.url, signal, onProgress);
  const parsed = parsePage(page.text);
  const saved = store.save(feed.id, parsed);
  return {
    format: parsed.format,
    bytes: page.bytes,
    entries: saved.stored,
    created: saved.created,
    changed: saved.changed,
  };
}
