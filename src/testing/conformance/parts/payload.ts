import assert from "node:assert/strict";
import type { Payload } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";
import { settlementOf, succeeded } from "../worker.ts";

const texts: Readonly<Record<string, string>> = {
  empty: "",
  "control characters": '"\u0001\u001f\u007f\r\n\t"',
  emoji: '"🎉👩‍👩‍👧 ☂ ünïcode 漢字"',
  quotes: `"'; DROP TABLE lovage_job; -- \\" \` $1 :a ? %s {namespace}"`,
  "not JSON at all": "{]",
  "a text of digits": "007",
  "a byte order mark": '"\uFEFFx"',
};

const hostile: Readonly<Record<string, string>> = {
  "U+0000": '"a\u0000b"',
  "a lone high surrogate": '"a\uD83Db"',
  "a lone low surrogate": '"a\uDE00b"',
};

export const payloadTests: readonly ConformanceTest[] = definePart("payload", {
  "text comes back as it was, as input, result and progress": async (trial) => {
    for (const [name, text] of Object.entries(texts)) await assertRoundTrip(trial, name, text);
  },

  "bytes come back as they were": async (trial) => {
    await assertRoundTrip(
      trial,
      "every byte",
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
    );
    await assertRoundTrip(trial, "no byte", new Uint8Array());
    await assertRoundTrip(trial, "a part of a buffer", Buffer.from("0123456789").subarray(3, 6));
  },

  "1 MB comes back": async (trial) => {
    await assertRoundTrip(trial, "text", `"${"☂".repeat(333_000)}"`);
    await assertRoundTrip(trial, "bytes", new Uint8Array(1_000_000).fill(9));
  },

  "bytes that the caller writes to afterwards are kept as they were": async (trial) => {
    const input = new Uint8Array([1, 2, 3]);
    await trial.push({ input });
    input[0] = 9;
    assertSame((await (await trial.worker()).claimOne()).input, new Uint8Array([1, 2, 3]), "the input");
  },

  "text that a store may not hold comes back as it was, or is refused alone": async (trial) => {
    for (const [name, text] of Object.entries(hostile)) {
      const good = await trial.pushOne({ input: "good" });
      const reply = await trial.tryPush([{ input: text }]);
      const worker = await trial.worker();
      const jobs = await worker.claim(2);
      const inputs = new Set(jobs.map(({ input }) => input));
      assert.deepEqual(inputs, new Set(reply.status === "stored" ? ["good", text] : ["good"]), name);
      const { settled } = await worker.exchange(jobs.map((job) => settlementOf(job, succeeded(text))));
      for (const one of settled) {
        if (one.status === "refused") continue;
        assert.deepEqual(one, { status: "applied", state: "succeeded" });
        assert.equal((await trial.get(good)).result, text, name);
      }
      await trial.engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
      await worker.beat([]);
      await trial.engine.inspect.remove({ selection: { filter: {} }, dryRun: false });
    }
  },

  "headers come back as they were": async (trial) => {
    const headers = Object.fromEntries([
      ["__proto__", "own"],
      ["constructor", ""],
      ["ünï", '"\\ ☂ 🎉'],
      ["", "empty name"],
    ]);
    await trial.pushOne({ headers });
    const job = await (await trial.worker()).claimOne();
    assert.deepEqual(Object.entries(job.headers ?? {}).sort(), Object.entries(headers).sort());
  },
});

async function assertRoundTrip(trial: Trial, name: string, payload: Payload): Promise<void> {
  const id = await trial.pushOne({ input: payload });
  const worker = await trial.worker();
  const job = await worker.claimOne();
  assertSame(job.input, payload, `${name}, claimed`);
  await trial.engine.jobs.progress([{ ...job, progress: payload }]);
  assertSame((await trial.get(id)).progress, payload, `${name}, as progress`);
  await worker.succeed(job, payload);
  const record = await trial.get(id);
  assertSame(record.input, payload, `${name}, as input`);
  assertSame(record.result, payload, `${name}, as result`);
}

function assertSame(actual: Payload | undefined, expected: Payload, what: string): void {
  // A quick comparison first: the difference of two megabytes takes minutes to print.
  if (typeof expected === "string" && actual === expected) return;
  if (actual instanceof Uint8Array && typeof expected !== "string" && Buffer.from(expected).equals(actual)) return;
  const kind = actual === undefined ? "nothing" : typeof actual === "string" ? "text" : "bytes";
  assert.fail(`${what} came back as ${kind} of length ${actual?.length}: ${String(actual).slice(0, 100)}`);
}
