import { writeDate } from "./dates.ts";
import type { Entry, FeedHead } from "./entry.ts";
import type { AtomPlan } from "./plan.ts";
import { cdata, escapeAttribute, escapeText } from "./prose.ts";

/** Writes an Atom 1.0 document. */
export function writeAtom(head: FeedHead, entries: readonly Entry[], plan: AtomPlan): string {
  const media = plan.extras?.includes("media") ? ' xmlns:media="http://search.yahoo.com/mrss/"' : "";
  const document = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"${media} xml:lang="${head.language}">
  <id>${feedId(head, plan)}</id>
  <title>${escapeText(head.title)}</title>
  <subtitle type="html">${escapeText(`<em>${escapeText(head.description)}</em>`)}</subtitle>
  <updated>${writeDate(head.updatedMs, plan.dates)}</updated>
  <link rel="self" type="application/atom+xml" href="${head.site}/atom.xml"/>
  <link rel="alternate" type="text/html" href="${head.site}/"/>
${entries.map((entry) => writeEntry(head, entry, plan)).join("\n")}
</feed>
`;
  return plan.extras?.includes("prefixed") ? withPrefix(document) : document;
}

function writeEntry(head: FeedHead, entry: Entry, plan: AtomPlan): string {
  const lines = [
    `<id>${entryId(head, entry, plan)}</id>`,
    `<title type="html">${escapeText(escapeText(entry.title))}</title>`,
    `<link rel="alternate" type="text/html" href="${entry.address}"/>`,
    `<published>${writeDate(entry.publishedMs, plan.dates)}</published>`,
    `<updated>${writeDate(entry.publishedMs + 600_000, plan.dates)}</updated>`,
    `<author><name>${escapeText(entry.author)}</name></author>`,
    ...entry.categories.map((category) => `<category term="${escapeAttribute(category)}"/>`),
    `<summary>${escapeText(entry.summary)}</summary>`,
    content(entry, plan),
    plan.extras?.includes("media") ? `<media:thumbnail height="30" width="30" url="${entry.address}/face.png"/>` : "",
  ].filter((line) => line !== "");
  return `  <entry>\n${lines.map((line) => `    ${line}`).join("\n")}\n  </entry>`;
}

function feedId(head: FeedHead, plan: AtomPlan): string {
  return plan.identity === "address" ? `${head.site}/` : `tag:${head.slug}.example,2019:feed`;
}

function entryId(head: FeedHead, entry: Entry, plan: AtomPlan): string {
  switch (plan.identity) {
    case "address":
      return entry.address;
    case "tag":
      return `tag:${head.slug}.example,2019:entry-${entry.number}`;
    case "urn":
      return `urn:uuid:00000000-0000-4000-8000-${String(entry.number).padStart(12, "0")}`;
  }
}

function content(entry: Entry, plan: AtomPlan): string {
  if (entry.html === "") return "";
  switch (plan.body) {
    case "html":
      // Half of the entries the one way, half the other: both are met, often in one feed.
      return entry.number % 2 === 0
        ? `<content type="html">${escapeText(entry.html)}</content>`
        : `<content type="html">${cdata(entry.html)}</content>`;
    case "xhtml":
      return `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${entry.html}</div></content>`;
    case "text":
      return `<content>${entry.html.replace(/<[^>]+>/g, "")}</content>`;
  }
}

/** Some writers give every element of Atom a prefix, which is the same document to a parser of namespaces. */
function withPrefix(document: string): string {
  return document
    .replace('<feed xmlns="http', '<feed xmlns:a="http')
    .replace(
      /<(\/?)(feed|entry|id|title|subtitle|updated|published|link|author|name|category|summary|content)\b/g,
      "<$1a:$2",
    );
}
