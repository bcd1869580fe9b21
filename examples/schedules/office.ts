import { mkdirSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Task } from "lovage";
import { app, dayOf, diary } from "./app.ts";

export const sampleLoad: Task<undefined, number | undefined> = app.task({
  name: "load.sample",
  run: (_input: undefined) => loadavg()[0],
});

export const closeWeek: Task<undefined, void> = app.task({
  name: "week.close",
  run(_input: undefined, { headers }) {
    diary.push(`the week before ${dayOf(headers)} is closed`);
  },
});

const readers = ["ada@example.org", "grace@example.org", "linus@example.org"];

export const sendIssue: Task<{ to: string; issue: string }, void> = app.task({
  name: "newsletter.send",
  run({ to, issue }: { to: string; issue: string }) {
    diary.push(`newsletter of ${issue} to ${to}`);
  },
});

/** One job a reader, so that one address that fails holds up no other; and one push for all of them. */
export const publishIssue: Task<undefined, void> = app.task({
  name: "newsletter.publish",
  async run(_input: undefined, { headers }) {
    const issue = dayOf(headers);
    await sendIssue.delayMany(readers.map((to) => ({ to, issue })));
  },
});

const shop = new DatabaseSync(":memory:");
shop.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, product TEXT); INSERT INTO orders (product) VALUES ('tea')");

/** Named after the day that it is of: run twice, or late, it writes the same file. */
export const backUp: Task<{ folder: string }, string> = app.task({
  name: "backup",
  timeLimit: { hard: "2h" },
  run({ folder }: { folder: string }, { headers }) {
    const file = join(folder, `shop-${dayOf(headers)}.db`);
    mkdirSync(folder, { recursive: true });
    rmSync(file, { force: true });
    shop.prepare("VACUUM INTO ?").run(file);
    return file;
  },
});
