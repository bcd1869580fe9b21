import { writeDate } from "./dates.ts";
import type { Entry, FeedHead } from "./entry.ts";
import type { RssPlan } from "./plan.ts";
import { cdata, escapeAttribute, escapeNumerically, escapeText } from "./prose.ts";

const namespaces = {
  content: "http://purl.org/rss/1.0/modules/content/",
  atom: "http://www.w3.org/2005/Atom",
  dc: "http://purl.org/dc/elements/1.1/",
  media: "http://search.yahoo.com/mrss/",
  itunes: "http://www.itunes.com/dtds/podcast-1.0.dtd",
  slash: "http://purl.org/rss/1.0/modules/slash/",
};

/** Writes an RSS 2.0 document. */
export function writeRss(head: FeedHead, entries: readonly Entry[], plan: RssPlan): string {
  const encoding = plan.encoding === "iso-8859-1" ? "ISO-8859-1" : "UTF-8";
  const declared = Object.entries(namespaces).filter(([prefix]) => usesPrefix(plan, prefix));
  const items = entries.map((entry) => writeItem(head, entry, plan));
  // Real feeds repeat an item now and then, when one is pinned to the top.
  if (plan.extras?.includes("repeated")) items.unshift(...items.slice(-1));
  return `<?xml version="1.0" encoding="${encoding}"?>
<rss version="2.0"${declared.map(([prefix, address]) => ` xmlns:${prefix}="${address}"`).join("")}>
<channel>
  <title>${escapeText(head.title)}</title>
  <link>${head.site}/</link>
  <description>${escapeText(head.description)}</description>
  <language>${head.language}</language>
  <lastBuildDate>${writeDate(head.updatedMs, plan.dates)}</lastBuildDate>
  <atom:link href="${head.site}/feed.xml" rel="self" type="application/rss+xml"/>
${podcastHead(head, plan)}${items.join("\n")}
</channel>
</rss>
`;
}

function usesPrefix(plan: RssPlan, prefix: string): boolean {
  const extras = plan.extras ?? [];
  switch (prefix) {
    case "content":
      return plan.body === "content";
    case "dc":
      return extras.includes("dublin-core");
    case "media":
      return extras.includes("media");
    case "itunes":
      return extras.includes("podcast");
    case "slash":
      return extras.includes("comments");
    default:
      return true;
  }
}

function podcastHead(head: FeedHead, plan: RssPlan): string {
  if (!plan.extras?.includes("podcast")) return "";
  return `  <itunes:author>${escapeText(head.title)}</itunes:author>
  <itunes:explicit>false</itunes:explicit>
  <itunes:image href="${head.site}/cover.jpg"/>
  <itunes:category text="Science"><itunes:category text="Astronomy"/></itunes:category>
`;
}

function writeItem(head: FeedHead, entry: Entry, plan: RssPlan): string {
  const untitled = plan.extras?.includes("untitled") ?? false;
  const lines = [
    untitled ? "" : `<title>${escapeText(entry.title)}</title>`,
    `<link>${entry.address}</link>`,
    identity(head, entry, plan),
    ...entry.categories.map((category) => `<category>${escapeText(category)}</category>`),
    ...dates(entry, plan),
    ...body(entry, plan),
    ...extras(head, entry, plan),
  ].filter((line) => line !== "");
  return `  <item>\n${lines.map((line) => `    ${line}`).join("\n")}\n  </item>`;
}

function identity(head: FeedHead, entry: Entry, plan: RssPlan): string {
  switch (plan.identity) {
    case "permalink":
      return `<guid>${entry.address}</guid>`;
    case "opaque":
      return `<guid isPermaLink="false">${head.slug}-${entry.number}</guid>`;
    case "link":
      return "";
  }
}

function dates(entry: Entry, plan: RssPlan): readonly string[] {
  const written = writeDate(entry.publishedMs, plan.dates);
  if (!plan.extras?.includes("dublin-core")) return [`<pubDate>${written}</pubDate>`];
  return plan.dates === "iso"
    ? [`<dc:date>${written}</dc:date>`, `<dc:creator>${escapeText(entry.author)}</dc:creator>`]
    : [`<pubDate>${written}</pubDate>`, `<dc:creator>${cdata(entry.author)}</dc:creator>`];
}

function body(entry: Entry, plan: RssPlan): readonly string[] {
  const whole = entry.html === "" ? `<p>${escapeText(entry.summary)}</p>` : entry.html;
  switch (plan.body) {
    case "cdata":
      return [`<description>${cdata(whole)}</description>`];
    case "escaped":
      return [`<description>${escapeText(whole)}</description>`];
    case "numeric":
      return [`<description>${escapeNumerically(whole)}</description>`];
    case "content":
      return [
        `<description>${escapeText(entry.summary)}</description>`,
        `<content:encoded>${cdata(whole)}</content:encoded>`,
      ];
  }
}

function extras(head: FeedHead, entry: Entry, plan: RssPlan): readonly string[] {
  return (plan.extras ?? []).flatMap((extra) => {
    switch (extra) {
      case "media":
        return [
          `<media:content url="${entry.address}/lead.jpg" medium="image" width="1200" height="800"><media:title type="plain">${escapeText(entry.title)}</media:title></media:content>`,
          `<media:thumbnail url="${entry.address}/thumb.jpg"/>`,
        ];
      case "podcast":
        return [
          `<enclosure url="${head.site}/audio/${entry.number}.mp3" length="${18_000_000 + entry.number * 7_919}" type="audio/mpeg"/>`,
          `<itunes:duration>${30 + (entry.number % 40)}:${String(entry.number % 60).padStart(2, "0")}</itunes:duration>`,
          `<itunes:episode>${entry.number}</itunes:episode>`,
          `<itunes:subtitle>${escapeText(entry.summary)}</itunes:subtitle>`,
          `<itunes:image href="${escapeAttribute(`${entry.address}/cover.jpg?size=large&crop=1`)}"/>`,
        ];
      case "comments":
        return [
          `<comments>${entry.address}#comments</comments>`,
          `<slash:comments>${entry.number % 23}</slash:comments>`,
        ];
      default:
        return [];
    }
  });
}
