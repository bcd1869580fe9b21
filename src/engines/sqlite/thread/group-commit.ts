import { setImmediate as nextTurn } from "node:timers/promises";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import type { Logger } from "../../../kernel/logger.ts";
import type { Connection } from "../database/connection.ts";
import { pause } from "../database/pause.ts";
import { isBusy, lockTimeout, toEngineError } from "../errors.ts";
import type { Call, Notice } from "../protocol.ts";
import type { Committed, Work } from "../work.ts";
import { isDelegable } from "./delegation.ts";
import type { LockTurn } from "./lock-turn.ts";
import type { StoreOperations } from "./store-operations.ts";
import { nowMs } from "./turnstile.ts";

// A transaction takes no further request after so long: others want the lock, and its first request an answer. It takes
// one in any case: reading 50,000 lanes anew takes longer, which may be due each time where other processes commit too.
const MAX_HELD_MS = 5;
// Pushes go first for so long: somebody awaits them, where a claim or a settlement only queues behind others of its worker.
const PUSHES_FIRST_MS = 2;

export interface GroupCommitOptions {
  readonly connection: Connection;
  readonly turn: LockTurn;
  readonly work: Work;
  readonly operations: StoreOperations;
  /** Takes what has come in since, so that it joins the open transaction. */
  readonly collect: () => void;
  /** Hands calls over to a process whose turn comes sooner than ours, one of those in these slots; false where none takes them. */
  readonly delegate: (calls: readonly Call[], ahead: readonly number[]) => boolean;
  /** Sends the answers of one commit. */
  readonly answer: (notices: readonly Notice[]) => void;
  /** Others can see the changes, which a power cut may still take: the time to wake those who wait for work. */
  readonly onCommitted: (committed: Committed) => void;
  /** The changes are on the disk. */
  readonly onDurable: (committed: Committed) => void;
  readonly recordChanges: () => boolean;
  readonly logger: Logger;
}

/** A transaction that has committed. */
interface Done {
  /** Answers that need not wait for the disk. */
  readonly prompt: readonly Notice[];
  /** Calls whose answers do. */
  readonly waiting: readonly { readonly call: Call; readonly notice: Notice }[];
  readonly committed: Committed;
}

/**
 * Runs requests on the file: all that are waiting go into one transaction, and are answered when it has committed, so
 * that a thousand requests cost one wait for the disk.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #writes: Call[] = [];
  #others: Call[] = [];
  #looks: (() => void)[] = [];
  /** After a transaction failed, its requests are run one by one, to find the one that cannot be stored. */
  #apart = 0;
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  submit(call: Call): void {
    if (this.#options.operations.accessOf(call.name) === "write") this.#writes.push(call);
    else this.#others.push(call);
  }

  /** Calls `look` in a read transaction, soon. */
  look(look: () => void): void {
    this.#looks.push(look);
  }

  /** Works until nothing is waiting. Never rejects: what goes wrong is each request's own answer. */
  run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #work(): Promise<void> {
    while (this.#writes.length + this.#others.length + this.#looks.length > 0) {
      this.#runOthers();
      if (this.#writes.length > 0) await this.#runWrites();
      else if (this.#others.length > 0) await rest();
    }
  }

  #runOthers(): void {
    const calls = this.#others;
    this.#others = [];
    const notices = calls.map((call) => this.#runOther(call)).filter((notice) => notice !== undefined);
    if (notices.length > 0) this.#options.answer(notices);
    const looks = this.#looks;
    this.#looks = [];
    for (const look of looks) this.#lookOnce(look);
  }

  #lookOnce(look: () => void): void {
    const { connection, work } = this.#options;
    try {
      connection.database.exec("BEGIN");
      work.begin({ recordChanges: false });
      look();
    } catch {
      // A look only hastens what a poll finds anyway; whatever is wrong with the file, the next request is told.
    } finally {
      connection.rollback();
    }
  }

  /** Undefined: not yet, since another process recovers the log, in which nobody can read. */
  #runOther(call: Call): Notice | undefined {
    const { connection, work, operations } = this.#options;
    try {
      if (operations.accessOf(call.name) === "apart") return reply(call, operations.run(call));
      connection.database.exec("BEGIN");
      work.begin({ recordChanges: false });
      return reply(call, operations.run(call));
    } catch (error) {
      if (!isBusy(error) || Date.now() >= call.deadlineAt) return this.#failure(call, error);
      this.#others.push(call);
      return undefined;
    } finally {
      connection.rollback();
    }
  }

  async #runWrites(): Promise<void> {
    if (await this.#acquire()) {
      const done = this.#tryTransact();
      const isAwaited = this.#options.turn.end();
      if (done !== undefined) await this.#conclude(done, isAwaited);
    }
    // The thread's sockets are served between two commits.
    await nextTurn();
  }

  #tryTransact(): Done | undefined {
    const calls: Call[] = [];
    try {
      return this.#transact(calls, performance.now());
    } catch (error) {
      this.#undo(calls, error);
      return undefined;
    }
  }

  /** Waits for the disk while others already have the lock, and this process's handlers their jobs. */
  async #conclude({ prompt, waiting, committed }: Done, isAwaited: boolean): Promise<void> {
    const { answer, onCommitted, onDurable } = this.#options;
    if (prompt.length > 0) answer(prompt);
    onCommitted(committed);
    // Wake-ups, and the word to the next in the queue, leave at the end of this turn of the event loop.
    if (isAwaited || committed.ready.length > 0) await nextTurn();
    const failure = this.#sync();
    if (waiting.length > 0)
      answer(waiting.map(({ call, notice }) => (failure === undefined ? notice : this.#failure(call, failure))));
    if (failure === undefined) onDurable(committed);
  }

  #sync(): unknown {
    try {
      this.#options.connection.sync();
      return undefined;
    } catch (error) {
      this.#options.logger.log("error", "the disk did not confirm a commit", { error });
      return error;
    }
  }

  #transact(calls: Call[], startedMs: number): Done {
    const { connection, work, operations, collect, recordChanges } = this.#options;
    connection.checkFile();
    work.begin({ recordChanges: recordChanges() });
    const prompt: Notice[] = [];
    const waiting: { readonly call: Call; readonly notice: Notice }[] = [];
    const limit = this.#apart > 0 ? 1 : Number.POSITIVE_INFINITY;
    while (calls.length === 0 || (calls.length < limit && performance.now() - startedMs < MAX_HELD_MS)) {
      if (this.#writes.length === 0) collect();
      const call = this.#takeNext(performance.now() - startedMs < PUSHES_FIRST_MS);
      if (call === undefined) break;
      if (call.validUntilMs !== undefined && call.validUntilMs < nowMs()) {
        this.#options.answer([this.#failure(call, lockTimeout(connection.path))]);
        continue;
      }
      calls.push(call);
      const notice = reply(call, operations.run(call));
      if (operations.waitsForDisk(call.name)) waiting.push({ call, notice });
      else prompt.push(notice);
    }
    const committed = work.flush();
    connection.commit();
    if (this.#apart > 0) this.#apart -= 1;
    return { prompt, waiting, committed };
  }

  #takeNext(pushesFirst: boolean): Call | undefined {
    const push = pushesFirst ? this.#writes.findIndex(({ name }) => name === "push") : 0;
    return this.#writes.splice(Math.max(0, push), 1)[0];
  }

  #undo(calls: readonly Call[], error: unknown): void {
    const { connection, work, answer } = this.#options;
    connection.rollback();
    work.discard();
    if (calls.length > 1) {
      this.#apart = calls.length;
      this.#writes.unshift(...calls);
      return;
    }
    if (this.#apart > 0) this.#apart -= 1;
    // Nothing was taken: the transaction could not even begin, which is nobody's own fault.
    const failed = calls.length === 1 ? calls : this.#takeAll();
    answer(failed.map((call) => this.#failure(call, error)));
  }

  /** Opens the transaction; false when every request has passed its deadline by then. */
  async #acquire(): Promise<boolean> {
    const { connection, collect, turn } = this.#options;
    try {
      return await turn.begin(
        () => connection.tryBegin(),
        (ahead) => {
          collect();
          this.#giveUpLate();
          this.#runOthers();
          this.#delegate(ahead);
          return this.#writes.length > 0;
        },
      );
    } catch (error) {
      this.#undo([], error);
      return false;
    }
  }

  #delegate(ahead: readonly number[]): void {
    const calls = this.#writes.filter(isDelegable);
    if (calls.length > 0 && this.#options.delegate(calls, ahead))
      this.#writes = this.#writes.filter((call) => !calls.includes(call));
  }

  #giveUpLate(): void {
    const now = Date.now();
    const late = this.#writes.filter(({ deadlineAt }) => deadlineAt <= now);
    if (late.length === 0) return;
    this.#writes = this.#writes.filter(({ deadlineAt }) => deadlineAt > now);
    this.#options.answer(late.map((call) => this.#failure(call, lockTimeout(this.#options.connection.path))));
  }

  #takeAll(): readonly Call[] {
    const calls = this.#writes;
    this.#writes = [];
    return calls;
  }

  #failure(call: Call, error: unknown): Notice {
    const engineError = toEngineError(error, this.#options.connection.path);
    return { kind: "failure", id: call.id, error: toErrorRecord(engineError) };
  }
}

/** Before a second try at what another process keeps closed for a moment. */
async function rest(): Promise<void> {
  pause(1);
  await nextTurn();
}

function reply(call: Call, value: unknown): Notice {
  return { kind: "reply", id: call.id, reply: value };
}
