import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type App,
  type Clock,
  type Context,
  lovage,
  type MemberOutcome,
  silentLogger,
  type Task,
  type WorkflowFailure,
} from "lovage";
import { systemClock } from "../../src/kernel/clock.ts";
import { type LeafTask, leafTask } from "../tasks/canvas/random-tree.ts";

/** Where the tasks of a scenario live, and where each says what it does. */
export interface Place {
  readonly url: string;
  readonly namespace: string;
  readonly log: string;
  /** By so much this process's clock is wrong. */
  readonly skewMs?: number;
  /** Whether this process knows the task `rare`. */
  readonly isRareKnown?: boolean;
  readonly isSilent?: boolean;
}

type Say = (event: string, id: string, facts?: Readonly<Record<string, unknown>>) => void;

/** The tasks of the scenarios, for the processes that work and for the one that pushes. */
export interface Tasks extends QuickTasks, SlowTasks, OddTasks {
  readonly app: App;
  /** Plays the leaves of random trees. */
  readonly leaf: LeafTask;
}

export function makeTasks(place: Place): Tasks {
  const app = lovage({
    url: place.url,
    namespace: place.namespace,
    clock: skewed(place.skewMs ?? 0),
    ...(place.isSilent ? { logger: silentLogger } : {}),
    task: { retry: { max: 2, backoff: "20ms", jitter: false } },
    worker: { lease: "1s" },
  });
  const say: Say = (event, id, facts = {}) =>
    appendFileSync(place.log, `${JSON.stringify({ event, id, pid: process.pid, ...facts })}\n`);
  if (place.isRareKnown) app.task({ name: "rare", run: () => `ran in ${process.pid}` });
  const leaf = leafTask(app, (number, { id }) => say("leaf", id, { leaf: number }));
  return { app, leaf, ...quickTasks(app, say), ...slowTasks(app, say), ...oddTasks(app, say) };
}

/** A machine's clock that is wrong by so much; what it measures is right. */
function skewed(byMs: number): Clock {
  return {
    now: () => systemClock.now() + byMs,
    monotonic: () => systemClock.monotonic(),
    setTimer: (delayMs, callback, options) => systemClock.setTimer(delayMs, callback, options),
  };
}

interface QuickTasks {
  readonly double: Task<number, number>;
  readonly sum: Task<readonly number[], number>;
  /** Fails so many times. */
  readonly flaky: Task<{ failures: number }, number>;
  /** Awaits three of `double`. */
  readonly parent: Task<number, number>;
  readonly judge: Task<readonly MemberOutcome<number>[], string[]>;
  readonly rescue: Task<WorkflowFailure, string>;
}

function quickTasks(app: App, say: Say): QuickTasks {
  const double = app.task({
    name: "double",
    run(value: number, ctx) {
      say("double", ctx.id, { value });
      return value * 2;
    },
  });
  return {
    double,
    parent: app.task({
      name: "parent",
      async run(value: number) {
        const children = await double.delayMany([value, value, value]);
        const results = await Promise.all(children.map((child) => child.get()));
        return results.reduce((total, one) => total + one, 0);
      },
    }),
    sum: app.task({
      name: "sum",
      run(values: readonly number[], ctx) {
        say("sum", ctx.id, { values });
        return values.reduce((total, one) => total + one, 0);
      },
    }),
    flaky: app.task({
      name: "flaky",
      run({ failures }: { failures: number }, ctx) {
        say("flaky", ctx.id, { attempt: ctx.attempt });
        if (ctx.attempt <= failures) throw new Error(`attempt ${ctx.attempt}`);
        return ctx.attempt;
      },
    }),
    judge: app.task({
      name: "judge",
      run: (outcomes: readonly MemberOutcome<number>[]) => outcomes.map(({ state }) => state),
    }),
    rescue: app.task({
      name: "rescue",
      run({ error }: WorkflowFailure, ctx) {
        say("rescue", ctx.id, { message: error.message });
        return error.message;
      },
    }),
  };
}

interface SlowTasks {
  /** Takes its time, and ends early where its signal aborts. */
  readonly slow: Task<{ ms: number }, string>;
  /** The same, with a soft time limit of 600 ms. */
  readonly limited: Task<{ ms: number }, string>;
  /** Takes no notice of its signal. */
  readonly deaf: Task<{ ms: number }, string>;
}

function slowTasks(app: App, say: Say): SlowTasks {
  const run = async ({ ms }: { ms: number }, ctx: Context): Promise<string> => {
    say("slow started", ctx.id, { attempt: ctx.attempt, fence: ctx.fence });
    try {
      await sleep(ms, undefined, { signal: ctx.signal });
    } catch (error) {
      say("slow aborted", ctx.id, { reason: ctx.signal.reason?.name });
      throw error;
    }
    say("slow ended", ctx.id);
    return `slept in ${process.pid}`;
  };
  return {
    slow: app.task({ name: "slow", run }),
    limited: app.task({ name: "limited", timeLimit: { soft: "600ms" }, run }),
    deaf: app.task({
      name: "deaf",
      async run({ ms }: { ms: number }, ctx) {
        say("deaf started", ctx.id, { fence: ctx.fence });
        await sleep(ms);
        return `slept in ${process.pid}`;
      },
    }),
  };
}

interface OddTasks {
  /** Its first run ends the process. */
  readonly deadly: Task<{ how: "kill" | "exit" | "memory" }, string>;
  /** Throws what cannot be written down. */
  readonly unspeakable: Task<undefined, never>;
  /** Gives itself back once. */
  readonly shy: Task<undefined, string>;
  readonly pointless: Task<undefined, never>;
}

function oddTasks(app: App, say: Say): OddTasks {
  return {
    deadly: app.task({
      name: "deadly",
      run({ how }: { how: "kill" | "exit" | "memory" }, ctx) {
        say("deadly", ctx.id, { fence: ctx.fence });
        if (ctx.fence > 1) return "survived";
        if (how === "kill") process.kill(process.pid, "SIGKILL");
        if (how === "exit") process.exit(7);
        const kept: number[][] = [];
        for (;;) kept.push(new Array<number>(1_000_000).fill(kept.length));
      },
    }),
    unspeakable: app.task({
      name: "unspeakable",
      retry: { max: 0 },
      run(_: undefined): never {
        const cause: { self?: unknown; readonly huge: bigint } = { huge: 1n };
        cause.self = cause;
        throw Object.assign(new RangeError("beyond words"), { cause, note: Symbol("no JSON") });
      },
    }),
    shy: app.task({
      name: "shy",
      run(_: undefined, ctx) {
        say("shy", ctx.id, { fence: ctx.fence });
        if (ctx.fence === 1) ctx.release();
        return `ran in ${process.pid}`;
      },
    }),
    pointless: app.task({
      name: "pointless",
      run(_: undefined, ctx): never {
        say("pointless", ctx.id);
        return ctx.discard("nobody asked");
      },
    }),
  };
}
