// node examples/workflows/tour.ts: chains, groups and chords, with a worker in this process; LOVAGE_URL names a store.
import { type AsyncResult, chain, chord, group, type JobTree } from "lovage";
import { apologise, app, countWords, listMissing, readPage, readSite, writeReport } from "./tasks.ts";

const urls = ["/tea", "/lovage", "/salt"];
const readAll = urls.map((url) => readPage.signature({ url }));

async function show(title: string, result: AsyncResult<unknown>): Promise<void> {
  const outcome = await result.get({ timeout: "30s" }).then(
    (value) => JSON.stringify(value),
    (error: Error) => `failed: ${error.cause instanceof Error ? error.cause.message : error.message}`,
  );
  console.log(`${title}\n    ${outcome}`);
}

function draw({ job, children }: JobTree, depth: number = 2): string {
  const lines = children.map((child) => draw(child, depth + 1));
  return [`${"  ".repeat(depth)}${job.task} ${job.state}`, ...lines].join("\n");
}

await app.worker({ concurrency: 4 }).start();

await show("a group gives the list of its members' results", await group(readAll).delay());
await show("a chord hands the list to its body", await chord(readAll, countWords.signature()).delay());

const report = chain(chord(readAll, countWords.signature()), writeReport.signature({ title: "The site" }));
await show("a chain hands each result on", await report.delay());

const broken = chord([...readAll, readPage.signature({ url: "/nowhere" })], countWords.signature());
await show(
  "where a member fails the chord fails, and linkError is told",
  await broken.linkError(apologise.signature()).delay(),
);

const members = [...readAll, readPage.signature({ url: "/nowhere" })];
await show(
  "where failures are allowed the body is told how each ended",
  await chord(members, listMissing.signature(), { allowFailures: true }).delay(),
);

await show("ctx.replace() lets a job become a workflow while it runs", await readSite.delay());

const result = await report.delay();
await result.get({ timeout: "30s" });
console.log(`who waited for whom\n${draw(await result.tree())}`);
await app.close();
