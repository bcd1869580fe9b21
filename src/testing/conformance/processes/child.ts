// The program of a child process: an engine that does what its parent says, over the channel of `fork`.
import type { Subscription } from "../../../engine/bus.ts";
import type { Engine } from "../../../engine/contract.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import type { EngineModule } from "../adapter.ts";
import { labour } from "./labour.ts";
import type { Answer, ChildOptions, Command, Request } from "./protocol.ts";

const options: ChildOptions = JSON.parse(process.argv[2] ?? "{}");
const { openEngine }: EngineModule = await import(options.module);
const engine = await openEngine(options.reference);
const subscriptions = new Map<number, Subscription>();

// A parent that is gone sends no end: nothing may be left behind.
process.on("disconnect", () => process.exit());
process.on("message", (request: Request) => void answer(request));
send({ kind: "value", id: 0, value: "ready" });

async function answer({ id, command }: Request): Promise<void> {
  try {
    send({ kind: "value", id, value: await carryOut(command) });
  } catch (error) {
    send({ kind: "error", id, error: toErrorRecord(error) });
  }
}

async function carryOut(command: Command): Promise<unknown> {
  switch (command.kind) {
    case "call":
      return callByPath(engine, command.path, command.arguments);
    case "subscribe": {
      const { listener, topic } = command;
      const heard = (value: string | Uint8Array): void => send({ kind: "heard", listener, value });
      return void subscriptions.set(listener, await engine.bus.subscribe(topic, heard));
    }
    case "changes": {
      const { listener } = command;
      return void subscriptions.set(
        listener,
        await engine.jobs.changes((value) => send({ kind: "heard", listener, value })),
      );
    }
    case "close":
      return subscriptions.get(command.listener)?.close();
    case "labour":
      return labour(engine, command.labour);
  }
}

/** `["jobs", "push"]` calls `engine.jobs.push`. */
function callByPath(target: Engine, path: readonly string[], parameters: readonly unknown[]): unknown {
  let owner: unknown;
  let member: unknown = target;
  for (const name of path) {
    owner = member;
    member = Reflect.get(Object(owner), name);
  }
  if (typeof member !== "function") throw new TypeError(`${path.join(".")} is not a function of the engine.`);
  const isArrival = path.at(-1) === "arrival";
  return Reflect.apply(member, owner, isArrival ? [...parameters, new AbortController().signal] : parameters);
}

function send(message: Answer): void {
  // A parent that has gone meanwhile needs no answer.
  process.send?.(message, undefined, undefined, () => {});
}
