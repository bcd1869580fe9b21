import fastCheck from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { describeEngine, type EngineAdapter, expectedTests } from "../../../src/testing/conformance/index.ts";
import { type Requirement, testRequiring } from "../../support/requirement.ts";
import { findPostgres, findRedis } from "../../support/servers/index.ts";
import { postgresAdapter } from "../postgres/adapter.ts";
import { redisAdapter } from "../redis/adapter.ts";
import { sqliteAdapter } from "../sqlite/adapter.ts";
import { moduleOf, openComposed, type SideName } from "./conformance-engine.ts";
import { skips } from "./skips.ts";

type Side = Required<Pick<EngineAdapter, "outage" | "discard">> & Pick<EngineAdapter, "reuse">;
type Found = { readonly side: Side } | { readonly missing: Requirement };

/** Registers the conformance suite for a broker with its results elsewhere; in an outage both are away. */
export async function describeComposed(broker: SideName, results: SideName): Promise<void> {
  const name = `${broker}, with results in ${results}`;
  const [one, other] = await Promise.all([sideOf(broker), sideOf(results)]);
  if (!("side" in one) || !("side" in other)) {
    for (const side of [one, other])
      if ("missing" in side) testRequiring(side.missing)(`conformance of ${name}`, () => {});
    return;
  }
  const sides = [one.side, other.side];
  const { reuse } = sides.find((side) => side.reuse !== undefined) ?? {};
  const adapter: EngineAdapter = {
    name,
    open: (reference) => openComposed(broker, results, reference),
    leaseMs: 1_000,
    processes: { module: moduleOf(broker, results) },
    async outage(reference) {
      const outages = await Promise.all(sides.map((side) => side.outage(reference)));
      return { end: async () => void (await Promise.all(outages.map((outage) => outage.end()))) };
    },
    async discard(reference) {
      await Promise.all(sides.map((side) => side.discard(reference)));
    },
    ...(reuse === undefined ? {} : { reuse }),
    skip: skips,
  };
  const report = describeEngine(adapter, { describe, test, fastCheck });
  test("nothing falls away unseen", () => {
    expect(report.skipped.map((skipped) => skipped.name)).toEqual(Object.keys(skips));
    expect(report.run.length + report.skipped.length).toBe(expectedTests);
  });
}

async function sideOf(name: SideName): Promise<Found> {
  switch (name) {
    case "sqlite":
      return sideFrom(sqliteAdapter);
    case "postgres": {
      const postgres = await findPostgres();
      return postgres.met ? sideFrom(postgresAdapter(name, postgres.url, postgres.url)) : { missing: postgres };
    }
    case "redis": {
      const redis = await findRedis();
      if (!redis.met) return { missing: redis };
      const { adapter, close } = await redisAdapter(redis.url);
      afterAll(close);
      return sideFrom(adapter);
    }
  }
}

function sideFrom({ name, outage, discard, reuse }: EngineAdapter): Found {
  if (outage === undefined || discard === undefined) throw new RangeError(`The adapter of ${name} lacks a part.`);
  return { side: { outage, discard, ...(reuse === undefined ? {} : { reuse }) } };
}
