import { Prose } from "./prose.ts";
import type { Random } from "./random.ts";
import type { Theme } from "./vocabulary.ts";

/** What a feed says of itself. */
export interface FeedHead {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  /** The site's address, without a slash at the end. */
  readonly site: string;
  readonly language: string;
  readonly updatedMs: number;
}

/** One entry, before a format writes it. Text is plain; `html` is markup. */
export interface Entry {
  readonly number: number;
  readonly title: string;
  readonly address: string;
  readonly author: string;
  readonly categories: readonly string[];
  readonly publishedMs: number;
  readonly summary: string;
  readonly html: string;
}

// Fixed, so that the files come out the same on every day.
const NEWEST_MS = Date.UTC(2026, 10, 2, 8, 15);
const MINUTE_MS = 60_000;

/** Makes the entries of a feed, newest first. */
export function makeEntries(
  random: Random,
  theme: Theme,
  site: string,
  request: { readonly entries: number; readonly paragraphs: number },
): readonly Entry[] {
  const prose = new Prose(random, theme);
  let publishedMs = NEWEST_MS - random.integer(0, 3_000) * MINUTE_MS;
  return Array.from({ length: request.entries }, (_, index) => {
    publishedMs -= random.integer(25, 4_000) * MINUTE_MS;
    const number = request.entries - index;
    const address = `${site}/${new Date(publishedMs).toISOString().slice(0, 10).replaceAll("-", "/")}/${number}`;
    const paragraphs = prose.paragraphs(request.paragraphs === 0 ? 0 : random.integer(1, request.paragraphs));
    return {
      number,
      title: prose.title(),
      address,
      author: prose.author(),
      categories: prose.categories(),
      publishedMs,
      summary: prose.sentences(random.integer(1, 2)),
      html: prose.html(paragraphs, address),
    };
  });
}
