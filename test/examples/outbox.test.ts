import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type App, lovage } from "lovage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Connection, relayOnce } from "../../examples/outbox/outbox.ts";
import { createShop, placeOrder } from "../../examples/outbox/shop.ts";
import { ProcessGroup, processesWith } from "../support/process-group.ts";
import { testRequiring } from "../support/requirement.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const libsql = {
  name: "libsql",
  met: existsSync(join(root, "examples/outbox/library/node_modules/libsql")),
  install: "npm ci --prefix examples/outbox/library",
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lovage-outbox-"));
});
afterEach(() => {
  for (const pid of processesWith("OUTBOX_FOLDER", folder)) process.kill(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

describe("the relay", () => {
  let app: App;
  let shop: DatabaseSync;

  beforeEach(() => {
    app = lovage({ url: `sqlite:${join(folder, "jobs.db")}` });
    shop = new DatabaseSync(join(folder, "shop.db"));
    createShop(shop);
  });
  afterEach(async () => {
    await app.close();
    shop.close();
  });

  async function pushedOrders(): Promise<readonly number[]> {
    const records = await app.engine.inspect.list({ filter: {}, cursor: undefined, limit: 100 });
    return records.map(({ input }) => JSON.parse(String(input)).orderId).toSorted((a, b) => a - b);
  }

  test("pushes what was committed, nothing of what was rolled back, and empties the table", async () => {
    placeOrder(shop, 1, "Ada");
    expect(() => placeOrder(shop, 2, "")).toThrow("an order needs a customer");
    placeOrder(shop, 3, "Grace");
    expect(await relayOnce(shop, app)).toBe(2);
    expect(await pushedOrders()).toEqual([1, 3]);
    expect(await relayOnce(shop, app)).toBe(0);
  });

  test("makes no second job of a row that was pushed and not deleted", async () => {
    placeOrder(shop, 1, "Ada");
    const dies: Connection = {
      exec: (sql) => shop.exec(sql),
      prepare: (sql) => {
        if (sql.startsWith("DELETE")) throw new Error("the process died here");
        return shop.prepare(sql);
      },
    };
    await expect(relayOnce(dies, app)).rejects.toThrow("the process died here");
    expect(await pushedOrders()).toEqual([1]);
    expect(await relayOnce(shop, app)).toBe(1);
    expect(await pushedOrders()).toEqual([1]);
  });
});

testRequiring(libsql)(
  "orders placed by another SQLite library are confirmed by a worker",
  async () => {
    const group = new ProcessGroup([process.execPath, "examples/outbox/main.ts"], {
      cwd: root,
      env: { OUTBOX_FOLDER: folder },
    });
    expect(await group.exited(), group.output).toBe(0);
    expect(group.output).toContain("order 21 was rolled back, and its job with it");
    expect(group.output).toContain("20 of 20 orders");
    expect(processesWith("OUTBOX_FOLDER", folder)).toEqual([]);
  },
  60_000,
);
