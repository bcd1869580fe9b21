import { describe, expect, test } from "vitest";
import { readRedisOptions } from "../../../src/engines/redis/options.ts";

describe("a Redis URL", () => {
  test.each([
    ["redis://", { kind: "standalone", nodes: [{ host: "127.0.0.1", port: 6379 }], database: 0, tls: false }],
    ["redis://cache:6380/3", { nodes: [{ host: "cache", port: 6380 }], database: 3 }],
    ["rediss://me:p%40ss@cache", { tls: true, username: "me", password: "p@ss" }],
    ["redis://:secret@cache", { username: undefined, password: "secret" }],
    ["redis://[::1]:7000", { nodes: [{ host: "::1", port: 7000 }] }],
    ["redis://cache?durability=replicated", { durability: "replicated" }],
    [
      "redis+sentinel://one,two:26380/main/2",
      {
        kind: "sentinel",
        master: "main",
        database: 2,
        nodes: [
          { host: "one", port: 26_379 },
          { host: "two", port: 26_380 },
        ],
      },
    ],
    ["rediss+cluster://one:7000", { kind: "cluster", tls: true, partitions: 1, nodes: [{ host: "one", port: 7_000 }] }],
    ["redis+cluster://one?partitions=64&durability=replicated", { partitions: 64, durability: "replicated" }],
  ])("%s is read", (url, expected) => {
    expect(readRedisOptions({ url })).toMatchObject(expected);
  });

  test("all mistakes are told together, and no password", () => {
    const url = "redis://me:secret@one,two/x?durability=never&mode=fast";
    const refuse = (): unknown => readRedisOptions({ url });
    expect(refuse).toThrow(/several hosts.*names no database.*mode is not a parameter|mode is not.*several hosts/);
    expect(refuse).toThrow(expect.objectContaining({ message: expect.not.stringContaining("secret") }));
  });

  test.each([
    "redis+cluster://one?partitions=0",
    "redis+cluster://one?partitions=65",
    "redis+cluster://one?partitions=3.5",
  ])("%s has no such number of partitions", (url) =>
    expect(() => readRedisOptions({ url })).toThrow(/not a number from 1 to 64/),
  );

  test("only a Cluster has partitions", () => {
    expect(() => readRedisOptions({ url: "redis://one?partitions=2" })).toThrow(/redis\+cluster/);
    expect(readRedisOptions({ url: "redis://one?partitions=1" })).toMatchObject({ partitions: 1 });
  });

  test("messages name the server without its password", () => {
    expect(readRedisOptions({ url: "redis://me:secret@cache:6380" }).place).toBe("cache:6380");
  });
});
