// node examples/schedules/tour.ts: two weeks of schedules in a few seconds, by a clock that the test kit moves.
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testing } from "lovage/testing";
import { diary } from "./app.ts";

// A web service, which the tour takes down for an hour and a half.
let isUp = true;
const service = createServer((_request, response) => void response.writeHead(isUp ? 200 : 503).end());
await once(service.listen(0, "127.0.0.1"), "listening");
const { port } = service.address() as AddressInfo;
process.env.SERVICE_URL = `http://127.0.0.1:${port}/`;
const folder = mkdtempSync(join(tmpdir(), "lovage-backups-"));
process.env.BACKUP_FOLDER = folder;
const { app } = await import("./tasks.ts");

const bench = testing(app);
await bench.drain();
for (const { name, when, upcoming } of await app.schedules.list())
  console.log(
    `${name}: ${when}; next ${upcoming
      .slice(0, 2)
      .map((at) => at.toISOString())
      .join(", ")}`,
  );

await bench.advance("1m");
console.log(`load was sampled ${bench.pushed("load.sample").length} times in the first minute`);

// A hundred thousand samples would say no more.
await app.schedules.pause("load");
await bench.advance("3d");
isUp = false;
await bench.advance("90m");
isUp = true;
await bench.advance("11d");
console.log(`the service was asked ${bench.pushed("health.check").length} times`);
for (const line of diary) console.log(line);
for (const file of readdirSync(folder)) console.log(`backup ${file}`);

await bench.close();
await app.close();
service.close();
rmSync(folder, { recursive: true });
