import type { Engine } from "../../engine/contract.ts";
import type { FastCheck, Replay } from "./properties/fast-check.ts";

/** Names a store and a namespace in it. Structured-cloneable: child processes are handed the same. */
export interface StoreReference {
  /** A test's own: a file name, a database, a part of a key. Letters, digits and `-`. */
  readonly store: string;
  readonly namespace: string;
}

/** Cuts the engine's store off until `end()`. */
export interface Outage {
  end(): Promise<void>;
}

/** What the suite must know of an engine. */
export interface EngineAdapter {
  readonly name: string;
  /**
   * Opens an engine without starting it. The same reference again is another engine on the same data; an engine
   * without `capabilities.processes` may answer with one of its own.
   */
  open(reference: StoreReference): Engine | Promise<Engine>;
  /** The lease of the suite's workers. 1,000 keeps the suite quick. */
  readonly leaseMs: number;
  /** Where the engine has a clock that tests move: lets so many milliseconds pass. Absent: real time. */
  readonly advance?: (durationMs: number) => Promise<void>;
  /** For engines that several processes share: the URL of a module that exports `openEngine`, which is `open` there. */
  readonly processes?: { readonly module: string };
  /** Makes the store unreachable for every engine opened so far. */
  readonly outage?: (reference: StoreReference) => Promise<Outage>;
  /**
   * Where a store is slow to make: an empty one, which may have been another test's. Absent: each test has a new one. Not
   * asked for by tests that kill processes or cut the store off, as what they left behind may still be at work.
   */
  readonly reuse?: () => StoreReference;
  /** Removes what a test left, after its engines have stopped; empties what `reuse` gave. */
  readonly discard?: (reference: StoreReference) => Promise<void>;
  /**
   * For a store in partitions: gives the jobs that tests push places all over it. Absent: those of one test are beside each
   * other, since only there their order is kept.
   */
  readonly spread?: boolean;
  /** Repeats the random walks of a run that failed: the seed and path that it printed. */
  readonly replay?: Replay;
  /** Tests to skip, by full name (`part: test`), each with its reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** What the module named in `EngineAdapter.processes` exports. */
export interface EngineModule {
  readonly openEngine: EngineAdapter["open"];
}

type DeclareTest = (name: string, body: () => Promise<void>, timeoutMs: number) => void;

/**
 * The test runner's functions, and fast-check. They are handed in, and failures are thrown by `node:assert`, so that
 * the suite runs under any runner whose functions have this shape (Vitest, Jest, Mocha with a line of glue), binds
 * nobody to the version of one, and asks nobody to install any who tests no engine.
 */
export interface TestRunner {
  readonly fastCheck: FastCheck;
  describe(name: string, body: () => void): void;
  readonly test: DeclareTest & {
    /** For tests that the runner may begin before others have ended. Absent: one after the other. */
    readonly concurrent?: DeclareTest;
    skip(name: string, body: () => Promise<void>): void;
  };
}
