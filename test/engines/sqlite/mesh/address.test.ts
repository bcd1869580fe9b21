import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createAddress, removeAddress } from "../../../../src/engines/sqlite/mesh/address.ts";

afterEach(() => vi.unstubAllEnvs());

describe("an address", () => {
  test("is another one each time, and goes with its folder", () => {
    const [one, other] = [createAddress(), createAddress()];
    expect(one).not.toBe(other);
    for (const address of [one, other]) {
      expect(existsSync(dirname(address))).toBe(true);
      removeAddress(address);
      removeAddress(address);
      expect(existsSync(dirname(address))).toBe(false);
    }
  });

  test("fits a socket's path however long the temporary folder's is", () => {
    const long = join(tmpdir(), "long".padEnd(120, "g"));
    mkdirSync(long, { recursive: true });
    vi.stubEnv("TMPDIR", long);
    const address = createAddress();
    expect(Buffer.byteLength(address)).toBeLessThan(104);
    removeAddress(address);
    rmSync(long, { recursive: true });
  });

  test("of a process that is no more is removed, when the next one is made", () => {
    const mine = createAddress();
    const dead = dirname(mine).replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
    const foreign = dead.replace("lovage-", "lovage-1");
    for (const folder of [dead, foreign]) mkdirSync(folder);
    const other = createAddress();
    expect([mine, dead, foreign].map((path) => existsSync(path === mine ? dirname(path) : path))).toEqual([
      true,
      false,
      true,
    ]);
    for (const address of [mine, other, join(foreign, "mesh.sock")]) removeAddress(address);
  });

  test("that cannot be made is a typed error which names the folder", () => {
    vi.stubEnv("TMPDIR", "/nowhere");
    expect(createAddress).toThrow(
      expect.objectContaining({ code: "ENGINE_UNAVAILABLE", message: expect.stringContaining("/nowhere") }),
    );
  });

  test("that is not a socket is not removed, nor a folder with anything else in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "lovage-"));
    const file = join(folder, "mesh.sock");
    writeFileSync(file, "precious");
    removeAddress(file);
    removeAddress(join(folder, "other.sock"));
    expect(existsSync(file)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
