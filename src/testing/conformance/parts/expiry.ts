import assert from "node:assert/strict";
import { EXPIRY } from "../../../engine/endings.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import { RETAIN_MS } from "../worker.ts";

const past = { at: 1 };
const hour = { afterMs: 3_600_000 };

export const expiryTests: readonly ConformanceTest[] = definePart("expiry", {
  "a claim revokes what it finds expired and takes the next": async (trial) => {
    const [expired, good] = await trial.push({ expires: past, priority: 9 }, { expires: hour });
    const worker = await trial.worker();
    assert.equal((await worker.claimOne()).id, good);
    assert.deepEqual(await worker.claim(5), []);
    assert.ok(expired !== undefined);
    const record = await trial.get(expired);
    assert.partialDeepStrictEqual(record, { state: "revoked", fence: 0, startedAt: undefined });
    assert.deepEqual(record.revocation, EXPIRY);
    assert.notEqual(record.finishedAt, undefined);
  },

  "a claim of many is filled although some have expired": async (trial) => {
    await trial.push(...Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? {} : { expires: past })));
    assert.equal((await (await trial.worker()).claim(10)).length, 10);
  },

  "upkeep revokes what expired unclaimed, ready or scheduled": async (trial) => {
    const ids = await trial.push({ expires: past }, { expires: past, due: hour }, { expires: hour }, {});
    const reply = await trial.engine.upkeep.expire({ max: 100, retainMs: RETAIN_MS });
    assert.deepEqual(reply, { expired: 2 });
    const records = await trial.engine.inspect.get(ids);
    assert.deepEqual(
      records.map((record) => record?.state),
      ["revoked", "revoked", "ready", "ready"],
    );
    assert.deepEqual(
      records.map((record) => record?.revocation),
      [EXPIRY, EXPIRY, undefined, undefined],
    );
    assert.deepEqual(await trial.engine.upkeep.expire({ max: 100, retainMs: RETAIN_MS }), { expired: 0 });
  },

  "upkeep is bounded": async (trial) => {
    await trial.push(...Array.from({ length: 7 }, () => ({ expires: past })));
    const expire = async (): Promise<number> =>
      (await trial.engine.upkeep.expire({ max: 3, retainMs: RETAIN_MS })).expired;
    assert.deepEqual([await expire(), await expire(), await expire(), await expire()], [3, 3, 1, 0]);
  },

  "a job expires when its time comes, not before": async (trial) => {
    const id = await trial.pushOne({ expires: { afterMs: 300 } });
    const { createdAt, expiresAt } = await trial.get(id);
    assert.equal(expiresAt, createdAt + 300);
    await trial.until("it has expired", async () => {
      return (await trial.engine.upkeep.expire({ max: 1, retainMs: RETAIN_MS })).expired === 1;
    });
    const record = await trial.get(id);
    assert.equal(record.state, "revoked");
    assert.ok((record.finishedAt ?? 0) >= createdAt + 300);
  },

  "an active job does not expire": async (trial) => {
    const id = await trial.pushOne({ expires: { afterMs: 1_000 } });
    const worker = await trial.worker();
    const job = await worker.claimOne();
    await trial.pass(1_100);
    assert.deepEqual(await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS }), { expired: 0 });
    assert.deepEqual(await trial.states([id]), ["active"]);
    await worker.succeed(job);
  },

  "an expired job that is retried runs": async (trial) => {
    const id = await trial.pushOne({ expires: past });
    await trial.engine.upkeep.expire({ max: 10, retainMs: RETAIN_MS });
    await trial.engine.inspect.retry({ selection: { ids: [id] }, dryRun: false });
    assert.equal((await (await trial.worker()).claimOne()).id, id);
  },
});
