import { fileURLToPath } from "node:url";
import { feedsFile, folder, lockFile, webLog, workerLog } from "../folder.ts";
import { FeedStore, type SubscribedFeed } from "../store.ts";
import { app } from "../tasks.ts";
import { Board, type Event } from "./board.ts";
import { Child } from "./child.ts";
import { type Display, PlainDisplay, TerminalDisplay } from "./display.ts";
import { revokeLeftovers } from "./leftovers.ts";
import { takeLock } from "./lock.ts";
import type { Owner } from "./owner.ts";
import { costLines, failureLines, resultLines } from "./report.ts";
import { type Cost, costOf, WebClient } from "./requests.ts";
import { type Change, givenSubject, localSubject, type Subject } from "./subject.ts";
import { columns, count, formatMs, paint, wrap } from "./text.ts";

const WARM_UP_REQUESTS = 20;
// Whoever stops the demo does not want to wait for the feed that never answers.
const workerOptions = ["--concurrency", "8", "--grace", "1s"];
const INDENT = "   ";

const tasksFile = fileURLToPath(new URL("../tasks.ts", import.meta.url));
const webFile = fileURLToPath(new URL("../web.ts", import.meta.url));
const commandFile = fileURLToPath(new URL("../../../bin/lovage.js", import.meta.url));

interface Job {
  readonly feed: SubscribedFeed;
  readonly job: string;
}

/** One run of the demo, from the first line to the last. */
export class Run {
  readonly #owner: Owner;
  readonly #signal: AbortSignal;
  readonly #display: Display = process.stdout.isTTY ? new TerminalDisplay() : new PlainDisplay();

  constructor(owner: Owner, signal: AbortSignal) {
    this.#owner = owner;
    this.#signal = signal;
  }

  /** Runs the demo over the given addresses, or over its own feeds. Resolves with the number of feeds not fetched. */
  async run(urls: readonly string[]): Promise<number> {
    say(paint("bold", "Lovage: a web process pushes jobs, a worker fetches feeds"));
    const store = this.#openStore();
    const subject = urls.length === 0 ? await localSubject(store) : givenSubject(store, urls);
    this.#owner.own(() => subject.stop());
    const web = this.#startChild("web process", [webFile], webLog);
    const [client, leftovers] = await Promise.all([this.#connect(web), revokeLeftovers(app)]);
    this.#introduce(subject, web, leftovers);
    const pushed = await this.#push(client, subject.feeds);
    await this.#change(client, subject.changes);
    const worker = this.#startWorker();
    const board = await this.#work(worker, pushed.jobs);
    this.#report(board);
    if (subject.measured.length > 0) await this.#compare(client, worker, subject.measured);
    return board.rows.filter(({ state }) => state !== "succeeded").length;
  }

  #openStore(): FeedStore {
    this.#owner.own(takeLock(lockFile));
    this.#owner.own(() => app.close());
    const store = new FeedStore(feedsFile);
    this.#owner.own(() => store.close());
    return store;
  }

  #startChild(name: string, command: readonly string[], log: string): Child {
    const child = new Child(name, command, log);
    this.#owner.own(() => child.stop());
    return child;
  }

  async #connect(web: Child): Promise<WebClient> {
    const message = await Promise.race([web.firstMessage(), web.failure()]);
    const url = typeof message === "object" && message !== null && "url" in message ? String(message.url) : "";
    const client = new WebClient(url, this.#signal);
    // The first requests of a process pay for its compiling; they are not what a request costs.
    await client.measure(
      "GET",
      Array.from({ length: WARM_UP_REQUESTS }, () => "/entries"),
    );
    return client;
  }

  #introduce(subject: Subject, web: Child, leftovers: number): void {
    const [first, ...more] = subject.source;
    say(`   feeds     ${count(subject.feeds.length, "feed")} at ${first}`);
    for (const line of more) say(`             ${line}`);
    say(`   web       process ${web.pid}`);
    say(`   database  ${folder}`);
    say("             feeds.db: the app’s own tables; jobs.db: Lovage’s");
    if (leftovers > 0) say(`   cleared   ${count(leftovers, "job")} of a run that was stopped`);
  }

  async #push(client: WebClient, feeds: readonly SubscribedFeed[]): Promise<{ jobs: readonly Job[]; cost: Cost }> {
    heading(
      1,
      "Push",
      `${count(feeds.length, "request")} to the web process, each pushes one job. No worker runs yet.`,
    );
    const { answers, durationsMs } = await client.measure(
      "POST",
      feeds.map(({ id }) => `/feeds/${id}/fetch`),
    );
    const cost = costOf("pushes the fetch", durationsMs);
    say(`   ${formatMs(cost.medianMs)} a request (median), ${formatMs(cost.slowestMs)} the slowest`);
    return { jobs: feeds.map((feed, index) => ({ feed, job: String(answers[index]?.job) })), cost };
  }

  async #change(client: WebClient, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    heading(2, "Meanwhile", "The jobs wait, and hold no more than a feed’s id.");
    for (const change of changes) {
      const path = `/feeds/${change.feed.id}`;
      if (change.kind === "delete") await client.request("DELETE", path);
      else await client.request("PATCH", path, { url: change.url });
      say(
        `   ${change.feed.title}: ${change.kind === "delete" ? "deleted" : "its address was mistyped; now corrected"}`,
      );
    }
  }

  #startWorker(): Child {
    return this.#startChild("worker", [commandFile, "worker", tasksFile, ...workerOptions], workerLog);
  }

  async #work(worker: Child, jobs: readonly Job[]): Promise<Board> {
    heading(3, "Work", `lovage worker examples/feeds/tasks.ts ${workerOptions.join(" ")}`);
    say(`   process ${worker.pid}\n`);
    const board = new Board(app, jobs, (event: Event) => this.#display.tell(event));
    this.#owner.own(() => this.#display.stop());
    this.#display.start(board);
    await Promise.race([board.follow(this.#signal), worker.failure()]);
    // Who stops the demo is not interested in half a result.
    this.#signal.throwIfAborted();
    this.#display.stop();
    return board;
  }

  #report(board: Board): void {
    heading(4, "Result");
    for (const line of resultLines(board.rows, columns())) say(line);
    say("");
    for (const line of failureLines(board.rows, columns())) say(line);
  }

  /** Measures the same feeds three times: fetched by the request itself, pushed, and pushed without a worker. */
  async #compare(client: WebClient, worker: Child, feeds: readonly SubscribedFeed[]): Promise<void> {
    heading(5, "What a request to the web process costs");
    const paths = feeds.map(({ id }) => `/feeds/${id}/fetch`);
    const inline = await client.measure(
      "POST",
      paths.map((path) => `${path}-inline`),
    );
    const pushed = await client.measure("POST", paths);
    await this.#finish(pushed.answers);
    await worker.stop();
    const stopped = await client.measure("POST", paths);
    const costs = [
      costOf("fetches the feed itself", inline.durationsMs),
      costOf("pushes the fetch, worker busy", pushed.durationsMs),
      costOf("pushes the fetch, worker stopped", stopped.durationsMs),
    ];
    for (const line of costLines(costs, columns())) say(line);
    const waiting = await revokeLeftovers(app);
    say("");
    for (const line of wrap(
      `Without a worker the web process answers as before: ${count(waiting, "job")} waited for the next one (and were revoked, to leave nothing behind).`,
      columns() - 4,
    ))
      say(`${INDENT}${line}`);
  }

  async #finish(answers: readonly Record<string, unknown>[]): Promise<void> {
    const signal = this.#signal;
    await Promise.all(answers.map(({ job }) => app.result(String(job)).get({ signal })));
  }
}

function say(line: string): void {
  console.log(line);
}

function heading(number: number, title: string, text = ""): void {
  say(`\n${paint("bold", `${number}  ${title}`)}`);
  if (text === "") return;
  for (const line of wrap(text, columns() - INDENT.length - 1)) say(`${INDENT}${line}`);
}
