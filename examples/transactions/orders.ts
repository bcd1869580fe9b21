import type { TransactionClient } from "lovage";

/** A row of `shop_order`. */
export interface Order {
  readonly id: number;
  readonly customer: string;
}

/** The orders of a shop, by one of the libraries in `libraries/`. */
export interface Orders {
  /** Stores an order, and calls `work` within the same transaction. */
  place(order: Order, work: (tx: unknown) => Promise<void>): Promise<void>;
  /** What is no transaction: the library's own way to the database. */
  readonly outside: unknown;
  close(): Promise<void>;
}

export const libraries = ["pg", "drizzle", "prisma", "kysely", "knex"] as const;

export const TABLE = "CREATE TABLE IF NOT EXISTS shop_order (id integer PRIMARY KEY, customer text NOT NULL)";

/** Plain JavaScript, so that the types of the repository do not depend on what is installed there. */
export async function openOrders(library: (typeof libraries)[number], url: string): Promise<Orders> {
  const module: { openOrders(url: string): Orders } = await import(`./libraries/${library}.js`);
  return module.openOrders(url);
}

/** Stores an order by Drizzle, within the transaction of a handler. */
export async function addOrder(client: TransactionClient, order: Order): Promise<void> {
  const file = "./libraries/drizzle.js";
  const module: { addOrder(client: TransactionClient, order: Order): Promise<void> } = await import(file);
  await module.addOrder(client, order);
}
