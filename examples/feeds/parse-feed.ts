import { createHash } from "node:crypto";
import { type AtomFeed, type JsonFeed, parseFeed, type RdfFeed, type RssFeed } from "feedsmith";
import { PermanentError } from "lovage";

/** One entry, whatever the format it came in. */
export interface ParsedEntry {
  /** Names the entry within its feed, for ever. */
  readonly guid: string;
  readonly title: string;
  readonly url: string | null;
  readonly author: string | null;
  /** UTC epoch milliseconds. */
  readonly publishedAt: number | null;
  readonly content: string;
}

/** One page of a feed. */
export interface ParsedFeed {
  readonly format: "RSS" | "Atom" | "RDF" | "JSON";
  readonly entries: readonly ParsedEntry[];
}

/** A page that is no feed: trying again would not make it one. */
export class NotAFeed extends PermanentError {
  override readonly name = "NotAFeed";
}

/**
 * Parses RSS, Atom, RDF or JSON Feed.
 * @throws NotAFeed
 */
export function parsePage(text: string): ParsedFeed {
  const parsed = parseAny(text);
  switch (parsed.format) {
    case "rss":
      return { format: "RSS", entries: (parsed.feed.items ?? []).map(fromRss) };
    case "atom":
      return { format: "Atom", entries: (parsed.feed.entries ?? []).map(fromAtom) };
    case "rdf":
      return { format: "RDF", entries: (parsed.feed.items ?? []).map(fromRdf) };
    case "json":
      return { format: "JSON", entries: (parsed.feed.items ?? []).map(fromJson) };
  }
}

function parseAny(text: string): ReturnType<typeof parseFeed<number | null>> {
  try {
    return parseFeed(text, { parseDateFn: parseDate });
  } catch (cause) {
    throw new NotAFeed("the page is neither RSS nor Atom, RDF or JSON Feed", { cause });
  }
}

/** `Date.parse` reads all that feeds write but the zone `UT` of RFC 822, which is another name for UTC. */
function parseDate(written: string): number | null {
  const instantMs = Date.parse(written.replace(/ UT$/, " UTC"));
  return Number.isNaN(instantMs) ? null : instantMs;
}

type Loose = { [Key in keyof ParsedEntry]: ParsedEntry[Key] | undefined };

/** An entry without a guid is named by its address, and one without either by what it says. */
function entryOf({ guid, title, url, author, publishedAt, content }: Loose): ParsedEntry {
  const said = [title ?? "", String(publishedAt ?? ""), content ?? ""];
  return {
    guid: guid ?? url ?? createHash("sha256").update(said.join("\n")).digest("hex"),
    title: title ?? "",
    url: url ?? null,
    author: author ?? null,
    publishedAt: publishedAt ?? null,
    content: content ?? "",
  };
}

function fromRss(item: RssFeed.Item<number | null>): ParsedEntry {
  return entryOf({
    guid: item.guid?.value,
    title: item.title,
    url: item.link ?? item.enclosures?.[0]?.url,
    author: item.dc?.creators?.[0] ?? item.authors?.[0]?.name ?? item.itunes?.author,
    publishedAt: item.pubDate ?? item.dc?.dates?.[0],
    content: item.content?.encoded ?? item.description,
  });
}

function fromAtom(entry: AtomFeed.Entry<number | null>): ParsedEntry {
  const link = entry.links?.find(({ rel }) => rel === undefined || rel === "alternate") ?? entry.links?.[0];
  return entryOf({
    guid: entry.id,
    title: entry.title?.value,
    url: link?.href,
    author: entry.authors?.[0]?.name,
    publishedAt: entry.published ?? entry.updated,
    content: entry.content?.value ?? entry.summary?.value,
  });
}

function fromRdf(item: RdfFeed.Item<number | null>): ParsedEntry {
  return entryOf({
    guid: item.rdf?.about,
    title: item.title,
    url: item.link,
    author: item.dc?.creators?.[0],
    publishedAt: item.dc?.dates?.[0],
    content: item.content?.encoded ?? item.description,
  });
}

function fromJson(item: JsonFeed.Item<number | null>): ParsedEntry {
  return entryOf({
    guid: item.id,
    title: item.title,
    url: item.url,
    author: item.authors?.[0]?.name,
    publishedAt: item.date_published,
    content: item.content_html ?? item.content_text,
  });
}
