import { DatabaseSync } from "node:sqlite";

/** A shop's tables, in memory, and a folder of reports. */
export class Shop {
  /** What has been written to the report store, by address. */
  readonly reports: Map<string, string> = new Map();
  readonly #database = new DatabaseSync(":memory:");

  constructor() {
    this.#database.exec(`
      CREATE TABLE orders (id INTEGER PRIMARY KEY, request TEXT, product TEXT, state TEXT) STRICT;
      INSERT INTO orders (request, product, state) VALUES ('earlier', 'tea', 'placed');
    `);
  }

  insert(product: string, request?: string): void {
    const statement = this.#database.prepare("INSERT INTO orders (request, product, state) VALUES (?, ?, 'placed')");
    statement.run(request ?? null, product);
  }

  hasRequest(request: string): boolean {
    return this.#database.prepare("SELECT 1 FROM orders WHERE request = ?").get(request) !== undefined;
  }

  cancel(id: number): void {
    this.#database.prepare("UPDATE orders SET state = 'cancelled' WHERE id = ?").run(id);
  }

  orders(): readonly Record<string, unknown>[] {
    return this.#database.prepare("SELECT * FROM orders ORDER BY id").all();
  }

  /** All that counts of the shop, to compare before and after. */
  snapshot(): unknown {
    return { orders: this.orders(), reports: this.reports };
  }
}
