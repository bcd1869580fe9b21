import {
  answerRepeat,
  type CompletionReply,
  type CompletionRequest,
  type Engine,
  type ExchangeReply,
  type ExchangeRequest,
  type Jobs,
  override,
  type PushedJob,
  type PushReply,
  type PushRequest,
} from "../../engine/index.ts";
import { withDeadline } from "../../kernel/deadline.ts";
import { EngineTimeout } from "../../kernel/errors.ts";
import type { SettlementReply } from "../../kernel/job.ts";
import { isFinished } from "../../kernel/state.ts";
import type { Sides } from "./sides.ts";

/** The broker's jobs, and what a repeat must know of those that have left it. */
export function createJobs(sides: Sides): Jobs {
  const { broker, mover } = sides;
  return override<Jobs>(broker.jobs, {
    push: (requests) => push(sides, requests),
    async exchange(request) {
      const reply = await broker.jobs.exchange(request);
      if (hasEnded(reply.settled)) mover.wake();
      return reply.settled.some(({ status }) => status === "stale") ? answerRepeats(sides, request, reply) : reply;
    },
    // Absent where the broker cannot, which is known once its code is loaded.
    get complete() {
      return broker.jobs.complete && ((request: CompletionRequest) => complete(sides, request));
    },
  });
}

/** Whether any of these settlements ended its job. */
export function hasEnded(settled: readonly SettlementReply[]): boolean {
  return settled.some((reply) => reply.status === "applied" && isFinished(reply.state));
}

async function complete({ broker, mover }: Sides, request: CompletionRequest): Promise<CompletionReply> {
  const reply = (await broker.jobs.complete?.(request)) ?? ({ status: "stale" } as const);
  if (reply.status === "applied") mover.wake();
  return reply;
}

/** A settlement may be repeated so late that its job has left the broker. */
async function answerRepeats(
  { broker, results, mover }: Sides,
  { settlements }: ExchangeRequest,
  reply: ExchangeReply,
): Promise<ExchangeReply> {
  const stale = settlements.filter((_, index) => reply.settled[index]?.status === "stale").map(({ id }) => id);
  try {
    const standing = await broker.inspect.get(stale);
    const left = stale.filter((_, index) => standing[index] === undefined);
    const found = new Map((await results.inspect.get(left)).map((record) => [record?.id, record]));
    const answer = (one: SettlementReply, index: number): SettlementReply => {
      const settlement = settlements[index];
      return one.status === "stale" && settlement ? answerRepeat(settlement, found.get(settlement.id)) : one;
    };
    return { ...reply, settled: reply.settled.map(answer) };
  } catch (error) {
    // What was claimed must reach its worker; that its late repeat counts as stale costs a line in the log.
    mover.tellOf(error);
    return reply;
  }
}

/** An id that is young enough cannot have left the broker, so the usual push asks the broker alone. */
async function push(sides: Sides, requests: readonly PushRequest[]): Promise<readonly PushReply[]> {
  const { broker, results, mover, clock, holdMs } = sides;
  const oldest = clock.now() - holdMs / 2;
  const old = requests.flatMap(({ jobs }) => jobs.map(({ id }) => id)).filter((id) => madeAt(id) <= oldest);
  if (old.length === 0) return broker.jobs.push(requests);
  const deadlineAt = Math.max(...requests.map((request) => request.deadlineAt));
  const pushed = mover.apart(async () => {
    const archived = await results.inspect.get(old);
    if (clock.now() > deadlineAt) throw tooLate();
    const known = new Set(archived.flatMap((record) => (record === undefined ? [] : [record.id])));
    return pushOthers(broker, requests, known);
  });
  return withDeadline(clock, pushed, Math.max(0, deadlineAt - clock.now()), tooLate);
}

/** Answers for those that are known, and pushes the rest. */
async function pushOthers(
  broker: Engine,
  requests: readonly PushRequest[],
  known: ReadonlySet<string>,
): Promise<readonly PushReply[]> {
  if (known.size === 0) return broker.jobs.push(requests);
  const rest = requests.map((request) => ({ ...request, jobs: request.jobs.filter(({ id }) => !known.has(id)) }));
  const replies = await broker.jobs.push(rest);
  return requests.map((request, index) => merge(request, known, replies[index]));
}

function merge({ jobs }: PushRequest, known: ReadonlySet<string>, reply: PushReply | undefined): PushReply {
  if (reply?.status === "refused") return reply;
  const pushed = (reply?.jobs ?? []).values();
  const answer = (id: string): PushedJob =>
    (known.has(id) ? undefined : pushed.next().value) ?? { id, outcome: "existing" };
  return { status: "stored", jobs: jobs.map(({ id }) => answer(id)) };
}

/** The instant in a UUIDv7 (epoch ms); of any other id, one long ago. */
function madeAt(id: string): number {
  const time = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return time === null ? 0 : Number.parseInt(`${time[1]}${time[2]}`, 16);
}

function tooLate(): EngineTimeout {
  return new EngineTimeout(
    "The results store did not say in time whether a job is there that was to be pushed again: nothing was stored. Push again.",
  );
}
