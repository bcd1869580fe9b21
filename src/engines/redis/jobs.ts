import type {
  ClaimInterest,
  ExchangeReply,
  ExchangeRequest,
  Jobs,
  ProgressUpdate,
  PushReply,
  PushRequest,
  Subscription,
} from "../../engine/index.ts";
import { TransactionUnsupported } from "../../kernel/errors.ts";
import type { ClaimedJob, JobChange, SettlementReply } from "../../kernel/job.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Changes } from "./changes.ts";
import { skipMarks } from "./history.ts";
import { decodeExchangeReply, encodeExchange, findMistake as mistakeOfSettlement } from "./jobs/exchange-wire.ts";
import { checkPayload, PAYLOAD_BYTES, PAYLOAD_TEXT } from "./jobs/payload.ts";
import { decodePushReply, encodePush, findMistake as mistakeOfRequest } from "./jobs/push-wire.ts";
import { withSlots } from "./jobs/slots.ts";
import type { Store } from "./store.ts";
import type { Reader } from "./wire/reader.ts";
import { pack } from "./wire/writer.ts";

/** The jobs. */
export class RedisJobs implements Jobs {
  readonly #store: Store;
  readonly #arrivals: Arrivals;
  readonly #changes: Changes;

  constructor(store: Store, arrivals: Arrivals, changes: Changes) {
    this.#store = store;
    this.#arrivals = arrivals;
    this.#changes = changes;
  }

  async push(requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
    if (requests.length === 0) return [];
    const mistakes = requests.map(mistakeOfRequest);
    const good = requests.filter((_, index) => mistakes[index] === undefined);
    const replies = good.length === 0 ? [] : await this.#send(good);
    return mistakes.map((error) => {
      if (error !== undefined) return { status: "refused", error };
      const reply = replies.shift();
      if (reply === undefined) throw new RangeError(`${good.length} requests got too few replies.`);
      return reply;
    });
  }

  async pushWithin(): Promise<PushReply> {
    throw new TransactionUnsupported(
      "The Redis engine has no transactions to push into: push without `tx` after your transaction has committed, " +
        "or insert the call into a table of your own in the transaction and let a worker push it.",
    );
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    const { settlements } = request;
    const mistakes = settlements.map(mistakeOfSettlement);
    const good = settlements.filter((_, index) => mistakes[index] === undefined);
    const reader = await this.#runExchange(request, good);
    skipMarks(reader);
    const { unread, ...decoded } = decodeExchangeReply(reader);
    const reply = { ...decoded, claimed: await this.#withSlots(decoded.claimed, unread) };
    if (good.length === settlements.length) return reply;
    const answers = [...reply.settled];
    const settled = mistakes.map((mistake): SettlementReply => mistake ?? answers.shift() ?? { status: "stale" });
    return { ...reply, settled };
  }

  async progress(updates: readonly ProgressUpdate[]): Promise<void> {
    for (const { id, progress } of updates) checkPayload(progress, "progress", id);
    const request = pack((writer) => {
      writer.array(updates.length * 3);
      for (const { id, fence, progress } of updates) {
        const body = typeof progress === "string" ? Buffer.from(progress) : progress;
        const kind = typeof progress === "string" ? PAYLOAD_TEXT : PAYLOAD_BYTES;
        writer
          .text(id)
          .number(fence)
          .bytes(Buffer.concat([Uint8Array.of(kind), body]));
      }
    });
    await this.#store.commands.run("progress", request);
  }

  arrival(interest: ClaimInterest, signal: AbortSignal): Promise<void> {
    return this.#arrivals.wait(interest, signal);
  }

  changes(listener: (changes: readonly JobChange[]) => void): Promise<Subscription> {
    return this.#changes.listen(listener);
  }

  async #withSlots(claimed: readonly ClaimedJob[], unread: ReadonlySet<string>): Promise<readonly ClaimedJob[]> {
    if (unread.size === 0) return claimed;
    const jobs: ClaimedJob[] = [];
    // One after the other: at once they would be as much again.
    for (const job of claimed) jobs.push(unread.has(job.id) ? await withSlots(job, this.#store) : job);
    return jobs;
  }

  async #runExchange(request: ExchangeRequest, settlements: ExchangeRequest["settlements"]): Promise<Reader> {
    const { waiters, failed } = this.#arrivals.takeReturning();
    const packed = encodeExchange(request, settlements, (writer) => this.#arrivals.writeWaiters(writer, waiters));
    try {
      return await this.#store.runDurably("exchange", packed);
    } catch (error) {
      failed();
      throw error;
    }
  }

  async #send(requests: readonly PushRequest[]): Promise<PushReply[]> {
    const { serverAheadMs } = this.#store;
    const deadlineAt = requests.reduce((last, request) => Math.max(last, request.deadlineAt), 0);
    const reader = await this.#store.runDurably("push", encodePush(requests, serverAheadMs), deadlineAt);
    skipMarks(reader);
    const replies = decodePushReply(requests, reader);
    this.#checkClock(requests, replies);
    return replies;
  }

  /** A push that is in time here and late there: one of the clocks was set. */
  #checkClock(requests: readonly PushRequest[], replies: readonly PushReply[]): void {
    const now = Date.now();
    const isWrong = replies.some(
      (reply, index) =>
        reply.status === "refused" &&
        reply.error.code === "ENGINE_TIMEOUT" &&
        now < (requests[index]?.deadlineAt ?? Number.NEGATIVE_INFINITY),
    );
    // A measurement that fails is made again with the next connection.
    if (isWrong) this.#store.measureClock().catch(() => {});
  }
}
