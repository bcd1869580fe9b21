/** How the demo's feed server answers for one feed. */
export type Behaviour =
  /** At once. */
  | { readonly kind: "prompt" }
  /** After a while. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** At once, but the page trickles in. */
  | { readonly kind: "trickling"; readonly durationMs: number }
  /** 503 so many times, before it answers 200. */
  | { readonly kind: "unavailable"; readonly times: number; readonly retryAfterSeconds?: number }
  /** 404, for ever. */
  | { readonly kind: "gone" }
  /** Takes the request and never answers. */
  | { readonly kind: "silent" }
  /** At once; its entries carry a reading of this minute, so each run finds them changed. */
  | { readonly kind: "changing" };

/** One feed that the demo serves, subscribes to, and fetches. */
export interface CatalogueFeed {
  /** Names its file, `data/SLUG.xml`, and its address. */
  readonly slug: string;
  readonly title: string;
  readonly behaviour: Behaviour;
}

const prompt: Behaviour = { kind: "prompt" };

/** Every feed of the demo; all but `gone` and `silent` ones have a file under `data/`. */
export const catalogue: readonly CatalogueFeed[] = [
  { slug: "allotment-diary", title: "Allotment Diary", behaviour: prompt },
  { slug: "slow-lane-cycling", title: "The Slow Lane: Cycling & Touring", behaviour: { kind: "slow", delayMs: 800 } },
  { slug: "nightwatch", title: "Nightwatch: Small Telescopes", behaviour: prompt },
  { slug: "branch-line", title: "Branch Line Gazette", behaviour: { kind: "unavailable", times: 1 } },
  { slug: "commit-log", title: "Commit Log: Notes on Databases", behaviour: prompt },
  { slug: "harbour-tide-gauge", title: "Harbour Tide Gauge", behaviour: { kind: "changing" } },
  { slug: "county-archive", title: "County Archive: Complete Index", behaviour: prompt },
  { slug: "brotzeit", title: "Brotzeit – Backen mit Sauerteig", behaviour: prompt },
  { slug: "crumb-and-crust", title: "Crumb & Crust", behaviour: prompt },
  { slug: "serif", title: "Serif: Letters & Type", behaviour: prompt },
  { slug: "skyline-podcast", title: "Skyline: the Podcast", behaviour: { kind: "trickling", durationMs: 900 } },
  { slug: "old-mill-radio", title: "Old Mill Radio", behaviour: { kind: "gone" } },
  { slug: "le-marche", title: "Le Marché du Samedi", behaviour: prompt },
  { slug: "keyboard-releases", title: "openkeys/firmware: Releases", behaviour: prompt },
  { slug: "hive-notes", title: "Hive Notes", behaviour: { kind: "unavailable", times: 2 } },
  { slug: "chess-by-post", title: "Chess by Post", behaviour: prompt },
  { slug: "praia-e-mar", title: "Praia & Mar", behaviour: prompt },
  { slug: "parish-council", title: "Parish Council Minutes", behaviour: prompt },
  { slug: "kiln", title: "Kiln: a Pottery Journal", behaviour: { kind: "slow", delayMs: 600 } },
  { slug: "eki-no-hanashi", title: "駅の話", behaviour: prompt },
  { slug: "marsh-birds", title: "Marsh Birds", behaviour: prompt },
  { slug: "market-square", title: "Market Square News", behaviour: prompt },
  { slug: "shortwave", title: "Shortwave Listening", behaviour: { kind: "silent" } },
  { slug: "contour-lines", title: "Contour Lines", behaviour: prompt },
  { slug: "matinee", title: "Matinée: Films of the Week", behaviour: prompt },
  { slug: "to-limani", title: "Το Λιμάνι", behaviour: prompt },
  {
    slug: "fell-running",
    title: "Fell Running Results",
    behaviour: { kind: "unavailable", times: 1, retryAfterSeconds: 1 },
  },
  { slug: "library-acquisitions", title: "City Library: New Acquisitions", behaviour: prompt },
  { slug: "stonewall", title: "Dry Stone", behaviour: prompt },
  { slug: "ogrod", title: "Ogród na Skraju", behaviour: prompt },
  { slug: "avalanche-bulletin", title: "Avalanche Bulletin", behaviour: prompt },
  { slug: "workshop-hours", title: "Workshop Hours", behaviour: prompt },
  { slug: "inkwell", title: "Inkwell", behaviour: prompt },
  { slug: "rooftop-solar", title: "Rooftop Solar", behaviour: prompt },
  { slug: "ferry-timetable", title: "Ferry Service Updates", behaviour: prompt },
  { slug: "reading-room", title: "The Reading Room Podcast", behaviour: prompt },
  { slug: "river-levels", title: "River Levels", behaviour: { kind: "slow", delayMs: 700 } },
  { slug: "the-wire", title: "The Wire: Everything, All Day", behaviour: prompt },
  { slug: "tiny-notes", title: "tiny notes", behaviour: prompt },
  { slug: "violin-makers", title: "Violin Makers’ Bench", behaviour: prompt },
];

/** Subscribed to under a wrong address, which the demo corrects after the push. */
export const EDITED_SLUG = "stonewall";

/** Unsubscribed from after the push. */
export const DELETED_SLUG = "rooftop-solar";
