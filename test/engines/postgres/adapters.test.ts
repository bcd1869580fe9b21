import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type App, lovage } from "lovage";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addOrder, libraries, type Orders, openOrders, TABLE } from "../../../examples/transactions/orders.ts";
import { ProcessGroup } from "../../support/process-group.ts";
import { describeRequiring } from "../../support/requirement.ts";
import { type PostgresServer, postgresProgram, startPostgres } from "../../support/servers/index.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = "examples/transactions/libraries";
const orms = {
  name: "orms",
  met: existsSync(`${root}${folder}/node_modules/.prisma/client/default.js`),
  install: `npm ci --prefix ${folder} --ignore-scripts && npm run --prefix ${folder} generate`,
};

describeRequiring(postgresProgram, orms)("a push within the caller's transaction", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
    await server.ask(TABLE);
  });
  afterAll(() => server.close());

  describe.each(libraries)("of %s", (library) => {
    let app: App;
    let orders: Orders;

    beforeEach(async () => {
      await server.ask("DELETE FROM shop_order");
      app = lovage({ url: server.url, namespace: library });
      orders = await openOrders(library, server.url);
    });
    afterEach(async () => {
      await orders.close();
      await app.close();
    });

    const task = () => app.task({ name: "confirm", run: (text: string) => text });
    const orderCount = async (): Promise<number> => Number(await server.ask("SELECT count(*) FROM shop_order"));

    test("is there with its commit and not before, whatever the text", async () => {
      const confirm = task();
      const input = `it's a \\ "quote" \\' ? ?? $1 :name %s {} ☂ \n; DROP TABLE shop_order; --`;
      let id = "";
      await orders.place({ id: 1, customer: "Ada" }, async (tx) => {
        const result = await confirm.delay(input, { tx });
        id = result.id;
        expect(await app.engine.inspect.get([id])).toEqual([undefined]);
        expect(await orderCount()).toBe(0);
      });
      expect(await orderCount()).toBe(1);
      await app.worker().drain();
      expect(await app.result(id).get()).toBe(input);
    });

    test("leaves nothing after a rollback", async () => {
      const confirm = task();
      const ids: string[] = [];
      const placed = orders.place({ id: 1, customer: "Ada" }, async (tx) => {
        ids.push((await confirm.delay("one", { tx, key: "order 1" })).id);
        for (const { id } of await confirm.delayMany(["two", "three"], { tx })) ids.push(id);
        throw new Error("declined");
      });
      await expect(placed).rejects.toThrow("declined");
      expect(await orderCount()).toBe(0);
      expect(await app.engine.inspect.get(ids)).toEqual([undefined, undefined, undefined]);
      const { id } = await confirm.delay("other", { key: "order 1" });
      expect(ids).not.toContain(id);
    });

    test("that is refused leaves the transaction as it was", async () => {
      const confirm = task();
      const codes: unknown[] = [];
      await orders.place({ id: 1, customer: "Ada" }, async (tx) => {
        await confirm.delay("one", { tx, key: "a", countdown: "1h" });
        await confirm.delay("two", { tx, key: "a" }).catch((error) => codes.push(error.code));
      });
      expect(codes).toEqual(["KEY_CONFLICT"]);
      expect(await orderCount()).toBe(1);
    });

    test("is refused where no transaction is handed over", async () => {
      const pushed = task().delay("never", { tx: orders.outside });
      await expect(pushed).rejects.toMatchObject({ code: "TRANSACTION_UNSUPPORTED" });
    });
  });

  test("Drizzle works with the connection of ctx.transaction", async () => {
    await server.ask("DELETE FROM shop_order");
    const app = lovage({ url: server.url, namespace: "within" });
    const place = app.task({
      name: "place",
      retry: { max: 1, backoff: 0 },
      run: (id: number, ctx) =>
        ctx.transaction(async (tx) => {
          await addOrder(tx, { id, customer: "Ada" });
          if (ctx.attempt === 1) throw new Error("rolled back");
          return id;
        }),
    });
    const result = await place.delay(7);
    await app.worker().drain({ timeout: "20s" });
    expect(await result.get()).toBe(7);
    expect(await server.ask("SELECT id FROM shop_order")).toBe("7");
    await app.close();
  });

  test.each(libraries)("the example, with %s", async (library) => {
    const group = new ProcessGroup([process.execPath, "examples/transactions/main.ts", library], {
      cwd: root,
      env: { LOVAGE_URL: server.url },
    });
    expect(await group.exited(), group.output).toBe(0);
    expect(group.output).toMatch(/order (\d+) was rolled back, and its job with it: the card was declined/);
    expect(group.output.match(/is confirmed/g)).toHaveLength(1);
  });
});
