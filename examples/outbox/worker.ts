// The worker process: like `lovage worker tasks.ts`, and sees to it that the relay is under way.
import { app, relayOutbox } from "./tasks.ts";

// While the job lives, its key names it: a second worker, or a restart, finds the one that is there.
await relayOutbox.delay(undefined, { key: "the one relay" });

const worker = app.worker();
// The channel to the parent would keep the process alive.
const stop = (): void => void app.close().then(() => process.connected && process.disconnect());
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.on("disconnect", stop);
await worker.start();
