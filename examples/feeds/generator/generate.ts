// node examples/feeds/generator/generate.ts [FOLDER]: writes the files of data/ anew. The same on every run and machine.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogue } from "../catalogue.ts";
import { writeAtom } from "./atom.ts";
import { type FeedHead, makeEntries } from "./entry.ts";
import { type FeedPlan, plans } from "./plan.ts";
import { Prose } from "./prose.ts";
import { Random } from "./random.ts";
import { writeRss } from "./rss.ts";
import { themes } from "./vocabulary.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("../data", import.meta.url));

/** The bytes of one feed. */
function writeFeed(slug: string, title: string, plan: FeedPlan): Uint8Array {
  const random = new Random(slug);
  const theme = themes[plan.theme];
  const site = `https://${slug}.example`;
  const entries = makeEntries(random, theme, site, plan);
  const head: FeedHead = {
    slug,
    title,
    description: new Prose(random, theme).sentences(1),
    site,
    language: theme.language,
    updatedMs: entries[0]?.publishedMs ?? 0,
  };
  const text = plan.format === "rss" ? writeRss(head, entries, plan) : writeAtom(head, entries, plan);
  return encode(text, plan.format === "rss" ? (plan.encoding ?? "utf-8") : "utf-8");
}

function encode(text: string, encoding: "utf-8" | "utf-8-mark" | "iso-8859-1"): Uint8Array {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(text, "utf8");
    case "utf-8-mark":
      return Buffer.from(`\uFEFF${text}`, "utf8");
    case "iso-8859-1":
      // In CDATA there are no numeric references, so the one letter that Latin-1 lacks is replaced.
      return Buffer.from(text.replaceAll("–", "-").replace(/[^\0-\xff]/gu, "?"), "latin1");
  }
}

mkdirSync(folder, { recursive: true });
for (const { slug, title } of catalogue) {
  const plan = plans[slug];
  if (plan === undefined) continue;
  writeFileSync(join(folder, `${slug}.xml`), writeFeed(slug, title, plan));
}
