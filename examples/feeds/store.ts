import { DatabaseSync } from "node:sqlite";
import type { ParsedFeed } from "./parse-feed.ts";

/** A feed that somebody subscribed to. */
export interface SubscribedFeed {
  readonly id: number;
  readonly title: string;
  readonly url: string;
}

/** What saving one page changed. */
export interface SaveReport {
  /** Entries of the feed that are stored now. */
  readonly stored: number;
  readonly created: number;
  readonly changed: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS feeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    url TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    author TEXT,
    published_at INTEGER,
    content TEXT NOT NULL,
    PRIMARY KEY (feed_id, guid)
  ) STRICT, WITHOUT ROWID;
`;

// The WHERE leaves an entry alone that is as it was, so the rows touched are those that are new or have changed.
const saveEntry = `
  INSERT INTO entries (feed_id, guid, title, url, author, published_at, content)
  VALUES (:feedId, :guid, :title, :url, :author, :publishedAt, :content)
  ON CONFLICT (feed_id, guid) DO UPDATE SET
    title = excluded.title, url = excluded.url, author = excluded.author,
    published_at = excluded.published_at, content = excluded.content
  WHERE (title, url, author, published_at, content)
    IS NOT (excluded.title, excluded.url, excluded.author, excluded.published_at, excluded.content)
`;

/** The app's own tables: feeds and their entries. Lovage knows nothing of them. */
export class FeedStore {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 5_000 });
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#database.exec(schema);
  }

  /** Subscribes, or gives a known subscription its present address. The id stays the same. */
  subscribe(feed: { readonly slug: string; readonly title: string; readonly url: string }): SubscribedFeed {
    const row = this.#database
      .prepare(
        `INSERT INTO feeds (slug, title, url) VALUES (:slug, :title, :url)
         ON CONFLICT (slug) DO UPDATE SET title = excluded.title, url = excluded.url RETURNING id, title, url`,
      )
      .get({ ...feed });
    return readFeed(row);
  }

  /** The feed as it is now, or `undefined` if nobody is subscribed to it any more. */
  feed(id: number): SubscribedFeed | undefined {
    const row = this.#database.prepare("SELECT id, title, url FROM feeds WHERE id = ?").get(id);
    return row === undefined ? undefined : readFeed(row);
  }

  /** Corrects the address of a feed. */
  move(id: number, url: string): boolean {
    return this.#database.prepare("UPDATE feeds SET url = ? WHERE id = ?").run(url, id).changes === 1;
  }

  /** Deletes a feed with its entries. */
  unsubscribe(id: number): boolean {
    return this.#database.prepare("DELETE FROM feeds WHERE id = ?").run(id).changes === 1;
  }

  /**
   * Saves what a page says, all of it or nothing. Safe to repeat: an entry is named by its feed and guid, so a second
   * time changes nothing.
   */
  save(feedId: number, parsed: ParsedFeed): SaveReport {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const before = this.#count(feedId);
      const statement = this.#database.prepare(saveEntry);
      const touched = parsed.entries.reduce(
        (sum, entry) => sum + Number(statement.run({ feedId, ...entry }).changes),
        0,
      );
      const stored = this.#count(feedId);
      this.#database.exec("COMMIT");
      return { stored, created: stored - before, changed: touched - (stored - before) };
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Entries of all feeds. */
  entryCount(): number {
    return Number(this.#database.prepare("SELECT count(*) AS count FROM entries").get()?.count);
  }

  close(): void {
    this.#database.close();
  }

  #count(feedId: number): number {
    return Number(this.#database.prepare("SELECT count(*) AS count FROM entries WHERE feed_id = ?").get(feedId)?.count);
  }
}

function readFeed(row: Record<string, unknown> | undefined): SubscribedFeed {
  return { id: Number(row?.id), title: String(row?.title), url: String(row?.url) };
}
