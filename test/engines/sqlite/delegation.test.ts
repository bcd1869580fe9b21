import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encodePush } from "../../../src/engines/sqlite/jobs/push-wire.ts";
import type { Link } from "../../../src/engines/sqlite/mesh/index.ts";
import type { Call, Notice } from "../../../src/engines/sqlite/protocol.ts";
import { Delegation, isDelegable } from "../../../src/engines/sqlite/thread/delegation.ts";
import { decodeLetter, type Letter } from "../../../src/engines/sqlite/thread/letter.ts";
import { newJob, pushRequest } from "./setup.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "hrtime"] }));
afterEach(() => void vi.useRealTimers());

/** The other end of a connection, which keeps what it is sent. */
class Peer implements Link {
  readonly letters: Letter[] = [];
  reads = true;

  send(): void {}
  schedule(): void {}

  offer(frame: Buffer): boolean {
    if (this.reads) this.letters.push(decodeLetter(frame.subarray(6)));
    return this.reads;
  }

  get calls(): readonly Call[] {
    return this.letters.flatMap((letter) => (letter.kind === "calls" ? letter.calls : []));
  }
}

function openDelegation(peers: Readonly<Record<number, Peer>>) {
  const run: Call[] = [];
  const answered: Notice[] = [];
  const delegation = new Delegation({
    peerAt: (slot) => peers[slot],
    run: (call) => void run.push(call),
    answer: (replies) => void answered.push(...replies),
  });
  return { delegation, run, answered };
}

function pushCall(id: number, input = "input"): Call {
  return { id, name: "push", request: encodePush([pushRequest(newJob({ input }))]), deadlineAt: Date.now() + 10_000 };
}

test("a call goes to the first that is connected behind the one whose turn it is, and its answer comes back", () => {
  const [first, third] = [new Peer(), new Peer()];
  const { delegation, run, answered } = openDelegation({ 1: first, 3: third });
  expect(delegation.give([pushCall(7)], [1, 2, 3])).toBe(true);
  expect([first.letters, third.calls]).toMatchObject([[], [{ id: 7, name: "push" }]]);
  delegation.settle({ replies: [{ kind: "reply", id: 7, reply: ["stored"] }], undone: [] });
  expect(answered).toEqual([{ kind: "reply", id: 7, reply: ["stored"] }]);
  vi.advanceTimersByTime(1_000);
  expect([run, vi.getTimerCount()]).toEqual([[], 0]);
});

test("nobody takes a call while only one is ahead, while none is connected, or while it does not read", () => {
  const deaf = new Peer();
  deaf.reads = false;
  const { delegation } = openDelegation({ 1: new Peer(), 2: deaf });
  for (const ahead of [[1], [1, 3], [1, 2]]) expect(delegation.give([pushCall(1)], ahead)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test("what is not answered in time is done here, once, and a late answer changes nothing", () => {
  const { delegation, run, answered } = openDelegation({ 2: new Peer() });
  const call = pushCall(1);
  delegation.give([call], [1, 2]);
  vi.advanceTimersByTime(50);
  expect(run).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(run).toEqual([call]);
  delegation.settle({ replies: [{ kind: "reply", id: 1, reply: [] }], undone: [] });
  expect([answered, vi.getTimerCount()]).toEqual([[], 0]);
});

test("what fails there, or is with a process that ends, is done here at once", () => {
  const peer = new Peer();
  const { delegation, run } = openDelegation({ 2: peer });
  const [failed, lost] = [pushCall(1), pushCall(2)];
  delegation.give([failed, lost], [1, 2]);
  delegation.settle({ replies: [], undone: [1] });
  expect(run).toEqual([failed]);
  delegation.forget(peer);
  expect(run).toEqual([failed, lost]);
});

test("after the stop everything is done here", () => {
  const { delegation, run } = openDelegation({ 2: new Peer() });
  const call = pushCall(1);
  delegation.give([call], [1, 2]);
  delegation.stop();
  expect([run, delegation.give([pushCall(2)], [1, 2]), vi.getTimerCount()]).toEqual([[call], false, 0]);
  const peer = new Peer();
  delegation.take(peer, [pushCall(5)]);
  expect([run, peer.letters]).toEqual([[call], [{ kind: "answers", replies: [], undone: [5] }]]);
});

test("calls that were taken from others are answered to them, and none to oneself", () => {
  const [one, other] = [new Peer(), new Peer()];
  const { delegation, run } = openDelegation({});
  delegation.take(one, [pushCall(1), pushCall(2)]);
  delegation.take(other, [pushCall(1)]);
  const [a, b, c] = run.map(({ id }) => id) as [number, number, number];
  const error = { code: "STORAGE_FULL", name: "StorageFull", message: "full" } as never;
  const notices: Notice[] = [
    { kind: "reply", id: a, reply: "a" },
    { kind: "reply", id: 1, reply: "own" },
    { kind: "failure", id: b, error },
    { kind: "reply", id: c, reply: "c" },
  ];
  expect(delegation.answer(notices)).toEqual([{ kind: "reply", id: 1, reply: "own" }]);
  expect(one.letters).toEqual([{ kind: "answers", replies: [{ kind: "reply", id: 1, reply: "a" }], undone: [2] }]);
  expect(other.letters).toEqual([{ kind: "answers", replies: [{ kind: "reply", id: 1, reply: "c" }], undone: [] }]);
});

test("only small pushes of one's own are handed over", () => {
  expect(isDelegable(pushCall(1))).toBe(true);
  expect(isDelegable(pushCall(-1))).toBe(false);
  expect(isDelegable(pushCall(1, "x".repeat(70_000)))).toBe(false);
  const jobs = Array.from({ length: 101 }, () => newJob());
  expect(isDelegable({ ...pushCall(1), request: encodePush([pushRequest(...jobs)]) })).toBe(false);
  expect(isDelegable({ ...pushCall(1), name: "progress", request: [] })).toBe(false);
});
