import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type CatalogueFeed, catalogue, DELETED_SLUG, EDITED_SLUG } from "../../examples/feeds/catalogue.ts";
import { FeedServer } from "../../examples/feeds/server.ts";
import { ProcessGroup, processesWith } from "../support/process-group.ts";
import { testRequiring } from "../support/requirement.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const demo = [process.execPath, "examples/feeds/demo.ts"];
const RUN_MS = 90_000;

const groups: ProcessGroup[] = [];
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lovage-demo-"));
  folders.push(folder);
  return folder;
}

function start(folder: string, command: readonly string[]): ProcessGroup {
  const group = new ProcessGroup(command, { cwd: root, env: { LOVAGE_DEMO_FOLDER: folder, NO_COLOR: "1" } });
  groups.push(group);
  return group;
}

afterEach(() => {
  for (const group of groups.splice(0)) group.end();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A row of the final table, by the feed's title. */
interface TableRow {
  readonly mark: string;
  readonly entries: string;
  readonly created: string;
  readonly changed: string;
  readonly attempts: number;
}

function readTable(output: string): ReadonlyMap<string, TableRow> {
  const table = output.slice(output.indexOf("4  Result"), output.indexOf("5  What"));
  const pattern = /^ {3}([✓✗⊘]) (.+?) {2,}\S+ +\S+(?: [KM]B)? +(\S+) +(\S+) +(\S+) +(\d+) +[\d.]+ s$/gm;
  return new Map(
    [...table.matchAll(pattern)].map(
      ([, mark = "", title = "", entries = "", created = "", changed = "", attempts]) => [
        title,
        { mark, entries, created, changed, attempts: Number(attempts) },
      ],
    ),
  );
}

/** How many different entries a file of `data/` holds, counted without the parser that the example uses. */
function entriesIn(slug: string): number {
  const page = readFileSync(join(root, `examples/feeds/data/${slug}.xml`), "latin1");
  const items = page.match(/<item>.*?<\/item>|<(a:)?entry>.*?<\/\1entry>/gs) ?? [];
  return new Set(
    items.map(
      (item) =>
        /<guid.*?<\/guid>|<(a:)?id>.*?<\/\1id>|<link>.*?<\/link>/.exec(
          item.replace(/<link>.*?<\/link>(?=.*<guid)/s, ""),
        )?.[0],
    ),
  ).size;
}

function isFetched({ slug, behaviour }: CatalogueFeed): boolean {
  return slug !== DELETED_SLUG && behaviour.kind !== "gone" && behaviour.kind !== "silent";
}

function attemptsOf({ behaviour }: CatalogueFeed): number {
  if (behaviour.kind === "unavailable") return behaviour.times + 1;
  return behaviour.kind === "silent" ? 3 : 1;
}

function titleOf(slug: string): string {
  return catalogue.find((feed) => feed.slug === slug)?.title ?? "";
}

test("the files of the feeds are those that the generator writes", async () => {
  const folder = newFolder();
  const generator = start(folder, [process.execPath, "examples/feeds/generator/generate.ts", folder]);
  expect(await generator.exited(), generator.output).toBe(0);
  for (const { slug } of catalogue) {
    const written = join(folder, `${slug}.xml`);
    const kept = join(root, `examples/feeds/data/${slug}.xml`);
    expect(existsSync(written), slug).toBe(existsSync(kept));
    if (existsSync(kept)) expect(readFileSync(written).equals(readFileSync(kept)), slug).toBe(true);
  }
});

describe("a run over the local feeds, and another", () => {
  let folder = "";
  let first = "";
  let second = "";

  beforeAll(async () => {
    folder = newFolder();
    for (const keep of [(output: string) => (first = output), (output: string) => (second = output)]) {
      const run = start(folder, demo);
      expect(await run.exited(), run.output).toBe(0);
      keep(run.output);
      expect(run.alive).toBe(false);
    }
  }, 2 * RUN_MS);

  test("the table has every feed with its entries, attempts and outcome", () => {
    const table = readTable(first);
    expect(table.size).toBe(catalogue.length);
    for (const feed of catalogue) {
      const entries = isFetched(feed) ? entriesIn(feed.slug).toLocaleString("en") : "–";
      const mark = isFetched(feed) ? "✓" : feed.slug === DELETED_SLUG ? "⊘" : "✗";
      expect(table.get(feed.title), feed.title).toEqual({
        mark,
        entries,
        created: entries,
        changed: isFetched(feed) ? "0" : "–",
        attempts: attemptsOf(feed),
      });
    }
  });

  test("failures are told with their reasons, and what will not mend is not retried", () => {
    const line = (title: string, output: string): string =>
      new RegExp(`[✗⊘] ${title} .*attempt.*|⊘ ${title} .*not retried.*`).exec(output)?.[0] ?? "";
    expect(line("Old Mill Radio", first)).toContain("failed after 1 attempt: PageRefused: 404 Not Found");
    expect(line("Shortwave Listening", first)).toContain(
      "failed after 3 attempts: SoftTimeLimitExceeded: time limit of 2.0 s",
    );
    expect(line(titleOf(DELETED_SLUG), first)).toContain("discarded, not retried: nobody is subscribed to feed");
  });

  test("retries are shown as they happen", () => {
    const retries = (title: string): number =>
      first.match(new RegExp(`^ +↻ .* ${title} .*, try \\d`, "gm"))?.length ?? 0;
    expect(retries("Branch Line Gazette")).toBe(1);
    expect(retries("Hive Notes")).toBe(2);
    expect(retries("Shortwave Listening")).toBe(2);
    // The server says: in a second. Told late, less of that is left, but more than the 0.3 s of the others at the most.
    const waitS = Number(/Fell Running Results .*try 2 in (\d\.\d+) s/.exec(first)?.[1]);
    expect(waitS).toBeGreaterThan(0.3);
    expect(waitS).toBeLessThan(1.2);
  });

  test("the second run updates, and duplicates nothing", () => {
    const before = readTable(first);
    const table = readTable(second);
    expect([...table.keys()]).toEqual([...before.keys()]);
    for (const feed of catalogue.filter(isFetched)) {
      const entries = before.get(feed.title)?.entries;
      const changed = feed.behaviour.kind === "changing" ? entries : "0";
      expect(table.get(feed.title), feed.title).toMatchObject({ entries, created: "0", changed });
    }
    expect(second).not.toContain("cleared");
  });

  test("the app's tables hold what the feeds say", () => {
    const database = new DatabaseSync(join(folder, "feeds.db"), { readOnly: true });
    const entry = (slug: string): Record<string, unknown> | undefined =>
      database
        .prepare(
          "SELECT entries.*, count(*) OVER () AS count FROM entries JOIN feeds ON feeds.id = feed_id WHERE slug = ? ORDER BY published_at LIMIT 1",
        )
        .get(slug);
    expect(entry(EDITED_SLUG)).toMatchObject({ count: entriesIn(EDITED_SLUG) });
    expect(entry(DELETED_SLUG)).toBeUndefined();
    // Latin-1, a byte order mark, no guid, no title, a date in the old form, elements with a prefix.
    expect(entry("brotzeit")?.content).toMatch(/[äöüß]/);
    expect(entry("praia-e-mar")).toMatchObject({ count: 12 });
    expect(entry("branch-line")?.guid).toMatch(/^https:\/\/branch-line\.example\//);
    expect(entry("tiny-notes")).toMatchObject({ title: "", guid: "tiny-notes-1" });
    expect(Number(entry("hive-notes")?.published_at)).toBeGreaterThan(Date.UTC(2026, 8, 1));
    expect(entry("contour-lines")?.author).toBeTruthy();
    database.close();
  });

  test("what a request costs is measured three ways, and nothing is left in the queue", () => {
    const costs = second.slice(second.indexOf("5  What a request"));
    for (const what of ["fetches the feed itself", "pushes the fetch, worker busy", "pushes the fetch, worker stopped"])
      expect(costs).toMatch(new RegExp(`${what} +16 +[\\d.]+ m?s +[\\d.]+ m?s`));
    expect(costs).toContain("16 jobs waited for the next one");
  });

  test("without a terminal there are plain lines only", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point.
    expect(first).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
});

describe("given addresses", () => {
  test(
    "are fetched instead; one that cannot be fetched makes the exit code 1",
    async () => {
      const server = new FeedServer([
        { slug: "kiln", title: "", behaviour: { kind: "unavailable", times: 1 } },
        { slug: "brotzeit", title: "", behaviour: { kind: "prompt" } },
        { slug: "old-mill-radio", title: "", behaviour: { kind: "gone" } },
      ]);
      await server.start();
      try {
        const folder = newFolder();
        const good = [server.address("kiln"), server.address("brotzeit")];
        const fetched = start(folder, [...demo, ...good]);
        expect(await fetched.exited(), fetched.output).toBe(0);
        const table = readTable(fetched.output);
        expect(table.size).toBe(2);
        expect(table.get(server.address("kiln").slice("http://".length))).toMatchObject({ entries: "14", attempts: 2 });
        const missed = start(folder, [...demo, server.address("old-mill-radio")]);
        expect(await missed.exited(), missed.output).toBe(1);
        expect(missed.output).toContain("PageRefused: 404 Not Found");
      } finally {
        await server.stop();
      }
    },
    RUN_MS,
  );

  test("that are none are refused", async () => {
    const refused = start(newFolder(), [...demo, "ftp://example.org/feed"]);
    expect(await refused.exited()).toBe(2);
    expect(refused.output).toContain('"ftp://example.org/feed" is not the address of a feed');
  });
});

describe("a demo that is stopped", () => {
  /** Starts a demo and waits until its worker has retried something. */
  async function startAndWait(command: readonly string[], folder: string): Promise<ProcessGroup> {
    const group = start(folder, command);
    await vi.waitFor(() => expect(group.output).toContain("↻"), { timeout: RUN_MS / 2, interval: 50 });
    // The demo, its web process and its worker.
    expect(processesWith("LOVAGE_DEMO_FOLDER", folder).length).toBeGreaterThanOrEqual(3);
    return group;
  }

  async function expectGone(folder: string): Promise<void> {
    const left = (): readonly number[] => processesWith("LOVAGE_DEMO_FOLDER", folder);
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 15_000, interval: 50 });
  }

  test(
    "leaves no process behind on Ctrl-C, and the next one clears its jobs",
    async () => {
      const folder = newFolder();
      const group = await startAndWait(demo, folder);
      const rival = start(folder, demo);
      expect(await rival.exited()).toBe(1);
      expect(rival.output).toContain("Another demo is running here");
      group.signalAll("SIGINT");
      expect(await group.exited()).toBe(130);
      await expectGone(folder);
      const next = await startAndWait(demo, folder);
      expect(next.output).toMatch(/cleared +\d+ jobs? of a run that was stopped/);
      next.signalAll("SIGINT");
      await expectGone(folder);
    },
    RUN_MS,
  );

  test.each([
    ["SIGTERM", 143],
    ["SIGKILL", null],
  ] as const)(
    "leaves no process behind on a %s to it alone",
    async (signal, exitCode) => {
      const folder = newFolder();
      const group = await startAndWait(demo, folder);
      group.signalLeader(signal);
      expect(await group.exited()).toBe(exitCode);
      await expectGone(folder);
    },
    RUN_MS,
  );

  const script = { name: "script", met: existsSync("/usr/bin/script"), install: "apt-get install bsdutils" };
  testRequiring(script)(
    "on a terminal draws a bar, and gives the cursor back on Ctrl-C",
    async () => {
      const inner = `stty cols 80; exec ${demo.join(" ")}`;
      const folder = newFolder();
      const group = await startAndWait(["script", "-qec", inner, "/dev/null"], folder);
      expect(group.output).toContain("\u001b[?25l");
      expect(group.output).toMatch(/[█▒]+░* {2}\d+\/40/);
      group.type("\u0003");
      expect(await group.exited()).toBe(130);
      expect(group.output.lastIndexOf("\u001b[?25h")).toBeGreaterThan(group.output.lastIndexOf("\u001b[?25l"));
      await expectGone(folder);
    },
    RUN_MS,
  );
});
