// node examples/outbox/main.ts: places orders with another SQLite library, and waits until a worker has confirmed them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { jobsFile, shopFile } from "./files.ts";
import { openDatabase } from "./library/database.js";
import { confirmedOrders, createShop, placeOrder } from "./shop.ts";

const ORDERS = 20;
const PATIENCE_MS = 20_000;

for (const file of [shopFile, jobsFile]) for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });

const shop = openDatabase(shopFile);
createShop(shop);
const worker = fork(fileURLToPath(new URL("worker.ts", import.meta.url)));

for (let id = 1; id <= ORDERS; id += 1) placeOrder(shop, id, `customer ${id}`);
try {
  placeOrder(shop, ORDERS + 1, "");
} catch (error) {
  console.log(`order ${ORDERS + 1} was rolled back, and its job with it: ${String(error)}`);
}

const until = Date.now() + PATIENCE_MS;
while (confirmedOrders(shop) < ORDERS && Date.now() < until && worker.exitCode === null) await wait(50);
const confirmed = confirmedOrders(shop);
console.log(`${confirmed} of ${ORDERS} orders placed by one SQLite library were confirmed by a worker on another`);

process.exitCode = confirmed === ORDERS ? 0 : 1;
worker.kill("SIGTERM");
if (worker.exitCode === null) await once(worker, "exit");
shop.close();
