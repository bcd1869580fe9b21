import { Mesh, type ReadyJobs, type Waiter } from "../../../../src/engines/sqlite/mesh/index.ts";
import { newId } from "../../../../src/kernel/id.ts";
import { TableRegistry } from "./registry.ts";

/** What a test asks of a peer in a process of its own. */
export type Command =
  | { readonly kind: "subscribe"; readonly topic: string }
  | { readonly kind: "unsubscribe"; readonly topic: string }
  /** Publishes `count` messages `prefix 0`, `prefix 1`, … of at least `characters`. */
  | {
      readonly kind: "publish";
      readonly topic: string;
      readonly prefix: string;
      readonly count: number;
      readonly characters: number;
    }
  /** Publishes in every turn, from now on, the monotonic time in nanoseconds at which it published the time before. */
  | { readonly kind: "stream"; readonly topic: string }
  | { readonly kind: "wait"; readonly waiter: Waiter }
  | { readonly kind: "wake"; readonly ready: readonly ReadyJobs[] }
  | { readonly kind: "report" }
  | { readonly kind: "stop" };

export interface Report {
  readonly peers: number;
  readonly dropped: number;
  readonly rssBytes: number;
  readonly arrivals: readonly string[];
  /** The first 100 characters of each message, and its length. */
  readonly messages: readonly { readonly topic: string; readonly start: string; readonly length: number }[];
}

const arrivals: string[] = [];
const messages: { topic: string; start: string; length: number }[] = [];

const mesh = new Mesh({
  label: "",
  onLetter: () => {},
  onGone: () => {},
  id: newId(),
  registry: new TableRegistry(process.argv[2] ?? ""),
  onMessage: (topic, message) => messages.push({ topic, start: String(message.slice(0, 100)), length: message.length }),
  onArrival: (waiters) => arrivals.push(...waiters),
  logger: { log: () => {} },
});

async function obey(command: Command): Promise<Report> {
  switch (command.kind) {
    case "subscribe":
      await mesh.subscribe(command.topic);
      break;
    case "unsubscribe":
      mesh.unsubscribe(command.topic);
      break;
    case "publish":
      for (let index = 0; index < command.count; index += 1)
        mesh.publish(command.topic, `${command.prefix} ${index}`.padEnd(command.characters, "."));
      break;
    case "stream":
      stream(command.topic, process.hrtime.bigint());
      break;
    case "wait":
      mesh.wait(command.waiter);
      break;
    case "wake":
      mesh.wake(command.ready);
      break;
    case "report":
      break;
    case "stop":
      await mesh.stop();
      break;
  }
  return report();
}

function stream(topic: string, previous: bigint): void {
  const now = process.hrtime.bigint();
  mesh.publish(topic, String(previous));
  setImmediate(() => stream(topic, now));
}

function report(): Report {
  return { ...mesh.statistics(), rssBytes: process.memoryUsage.rss(), arrivals, messages };
}

await mesh.start();
// Without a channel to its parent nothing but the mesh is left, and that must not keep a process alive.
if (process.send !== undefined) {
  process.on("message", (command: Command) => {
    void obey(command).then((reply) => process.send?.(reply));
  });
  // Whoever asks is gone: nothing is left to do, not even what was asked to go on for ever.
  process.on("disconnect", () => process.exit());
  process.send(report());
}
