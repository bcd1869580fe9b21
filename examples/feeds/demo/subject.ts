import { catalogue, DELETED_SLUG, EDITED_SLUG } from "../catalogue.ts";
import { FeedServer } from "../server.ts";
import type { FeedStore, SubscribedFeed } from "../store.ts";

/** A change of the app's data between the push of a job and its run. */
export type Change =
  | { readonly kind: "move"; readonly feed: SubscribedFeed; readonly url: string }
  | { readonly kind: "delete"; readonly feed: SubscribedFeed };

/** The feeds of one run, and what is done with them. */
export interface Subject {
  readonly feeds: readonly SubscribedFeed[];
  readonly changes: readonly Change[];
  /** Feeds that are sure to answer: with these is measured what their fetch costs a request. */
  readonly measured: readonly SubscribedFeed[];
  /** Where the feeds are, in a line or two. */
  readonly source: readonly string[];
  stop(): Promise<void>;
}

/** The feeds of `data/`, from a server of this process: slow, busy, gone and silent ones among them. */
export async function localSubject(store: FeedStore): Promise<Subject> {
  const server = new FeedServer(catalogue);
  await server.start();
  const served = catalogue.map(({ slug, title, behaviour }) => {
    // One address was mistyped when the feed was subscribed to.
    const url = server.address(slug === EDITED_SLUG ? `${slug}-typo` : slug);
    return { slug, behaviour, feed: store.subscribe({ slug, title, url }) };
  });
  return {
    feeds: served.map(({ feed }) => feed),
    changes: served.flatMap(({ slug, feed }): Change[] => {
      if (slug === EDITED_SLUG) return [{ kind: "move", feed, url: server.address(slug) }];
      return slug === DELETED_SLUG ? [{ kind: "delete", feed }] : [];
    }),
    measured: served
      .filter(({ slug }) => slug !== EDITED_SLUG && slug !== DELETED_SLUG)
      .filter(({ behaviour: { kind } }) => kind === "prompt" || kind === "slow" || kind === "trickling")
      // Every other one is enough, slow ones among them.
      .filter((_, index) => index % 2 === 1)
      .map(({ feed }) => feed),
    source: [server.address("*"), describeBehaviours()],
    stop: () => server.stop(),
  };
}

/** Feeds out in the world. They are fetched once and left alone. */
export function givenSubject(store: FeedStore, urls: readonly string[]): Subject {
  return {
    feeds: urls.map((url) => store.subscribe({ slug: url, title: url.replace(/^https?:\/\//, ""), url })),
    changes: [],
    measured: [],
    source: urls.length === 1 ? ["the given address"] : ["the given addresses"],
    stop: async () => {},
  };
}

function describeBehaviours(): string {
  const of = (...kinds: readonly string[]): number =>
    catalogue.filter(({ behaviour }) => kinds.includes(behaviour.kind)).length;
  return `${of("slow", "trickling")} answer slowly, ${of("unavailable")} say 503 first, ${of("gone")} is gone, ${of("silent")} never answers`;
}
