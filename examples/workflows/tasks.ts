import { type App, chord, lovage, type MemberOutcome, PermanentError, type Task, type WorkflowFailure } from "lovage";

export const app: App = lovage({
  url: process.env.LOVAGE_URL ?? "memory:",
  task: { retry: { max: 1, backoff: "10ms" } },
});

export interface Page {
  readonly url: string;
  readonly words: number;
}

export interface Count {
  readonly pages: number;
  readonly words: number;
}

const pages: Readonly<Record<string, string>> = {
  "/tea": "Tea is an infusion of leaves",
  "/lovage": "Lovage is a tall herb that tastes of celery",
  "/salt": "Salt is a mineral",
};

/** The work of one member of a group: it fails for a page that is not there. */
export const readPage: Task<{ url: string }, Page> = app.task({
  name: "pages.read",
  run({ url }: { url: string }): Page {
    const text = pages[url];
    if (text === undefined) throw new PermanentError(`there is no page ${url}`);
    return { url, words: text.split(" ").length };
  },
});

/** The body of a chord: it is given the list of results. */
export const countWords: Task<readonly Page[], Count> = app.task({
  name: "pages.count",
  run: (found: readonly Page[]) => ({ pages: found.length, words: found.reduce((sum, { words }) => sum + words, 0) }),
});

/** The body of a chord whose members may fail: it is given how each ended. */
export const listMissing: Task<readonly MemberOutcome<Page>[], string[]> = app.task({
  name: "pages.missing",
  run: (outcomes: readonly MemberOutcome<Page>[]) =>
    outcomes.flatMap((outcome) => (outcome.state === "succeeded" ? [] : [outcome.error.message])),
});

/** A step that adds what it is given in its signature to what the step before returned. */
export const writeReport: Task<Count & { title: string }, string> = app.task({
  name: "reports.write",
  run: ({ title, pages: amount, words }: Count & { title: string }) => `${title}: ${words} words on ${amount} pages`,
});

/** What runs after a failure: it is told of the job by which the workflow broke. */
export const apologise: Task<WorkflowFailure, void> = app.task({
  name: "reports.apologise",
  run: ({ error }: WorkflowFailure) => console.log(`    no report, because ${error.message}`),
});

/** It does not know beforehand how much there is to do, and lets others do it in its place. */
export const readSite: Task<undefined, Count> = app.task({
  name: "site.read",
  run: (_: undefined, ctx): Count =>
    ctx.replace(
      chord(
        Object.keys(pages).map((url) => readPage.signature({ url })),
        countWords.signature(),
      ),
    ),
});
