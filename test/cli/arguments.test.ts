import { describe, expect, test } from "vitest";
import {
  readBytes,
  readDuration,
  readExpiry,
  readHeader,
  readInstant,
  readInteger,
  readNames,
  readPort,
  readStates,
} from "../../src/cli/arguments.ts";

describe("reads", () => {
  test.each<[string, unknown, unknown]>([
    ["512mb", readBytes("512mb"), 536_870_912],
    ["1.5GB", readBytes("1.5GB"), 1_610_612_736],
    ["bytes", readBytes("1000"), 1_000],
    ["30s", readDuration("30s"), 30_000],
    ["milliseconds", readDuration("250"), 250],
    ["a date", readInstant("2030-01-31"), new Date(Date.UTC(2030, 0, 31))],
    ["an instant with an offset", readInstant("2030-01-31T09:30:00+02:00"), new Date(Date.UTC(2030, 0, 31, 7, 30))],
    ["epoch milliseconds", readInstant("1896082200000"), new Date(1_896_082_200_000)],
    ["an expiry in a while", readExpiry("2h"), 7_200_000],
    ["an expiry at an instant", readExpiry("2030-01-31"), new Date(Date.UTC(2030, 0, 31))],
    ["names by commas and repeated", readNames("b, c", ["a"]), ["a", "b", "c"]],
    ["states", readStates("failed,revoked"), ["failed", "revoked"]],
    ["a header with = in its value", readHeader("a=b=c", { x: "y" }), { x: "y", a: "b=c" }],
    ["an empty header", readHeader("a="), { a: "" }],
    ["a port", readPort("0"), 0],
    ["a negative number, for the library to refuse", readInteger("-1"), -1],
  ])("%s", (_what, value, expected) => {
    expect(value).toEqual(expected);
  });
});

describe("refuses", () => {
  test.each<[string, () => unknown]>([
    ["a size in nothing", () => readBytes("mb")],
    ["a size of zero", () => readBytes("0mb")],
    ["a size in light years", () => readBytes("5ly")],
    ["a size past exact numbers", () => readBytes("999999999999999gb")],
    ["a duration in words", () => readDuration("soon")],
    ["an empty duration", () => readDuration("")],
    ["a weekday", () => readInstant("Friday")],
    ["a bare number as an instant", () => readInstant("7")],
    ["the 32nd", () => readInstant("2030-01-32")],
    ["a fraction", () => readInteger("1.5")],
    ["a hexadecimal number", () => readInteger("0x10")],
    ["an empty name", () => readNames("a,,b")],
    ["a port too high", () => readPort("65536")],
    ["a header without a name", () => readHeader("=b")],
    ["a state that is none", () => readStates("failed,broken")],
  ])("%s", (_what, read) => {
    expect(read).toThrow(expect.objectContaining({ code: "commander.invalidArgument" }));
  });
});
