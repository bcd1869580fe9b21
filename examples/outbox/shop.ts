import { type Connection, createOutbox, enqueue } from "./outbox.ts";

/** The app's own tables, the outbox among them. */
export function createShop(connection: Connection): void {
  connection.exec(
    "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0) STRICT",
  );
  createOutbox(connection);
}

/** Places an order and asks for its confirmation: both, or neither. */
export function placeOrder(connection: Connection, id: number, customer: string): void {
  connection.exec("BEGIN IMMEDIATE");
  try {
    connection.prepare("INSERT INTO orders (id, customer) VALUES (?, ?)").run(id, customer);
    enqueue(connection, "orders.confirm", { orderId: id });
    if (customer === "") throw new Error("an order needs a customer");
    connection.exec("COMMIT");
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}

/** How many orders are confirmed. */
export function confirmedOrders(connection: Connection): number {
  return connection.prepare("SELECT id FROM orders WHERE confirmed = 1").all().length;
}
