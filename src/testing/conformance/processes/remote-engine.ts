import type { Subscription } from "../../../engine/bus.ts";
import type { Engine } from "../../../engine/contract.ts";
import type { Command } from "./protocol.ts";

/** Carries commands to the process that has the engine. */
export interface Carrier {
  ask(command: Command): Promise<unknown>;
  listen(command: (listener: number) => Command, onHeard: (value: never) => void): Promise<Subscription>;
}

/** The engine of another process, with the same face. */
export function remoteEngine(carrier: Carrier): Engine {
  const jobs = remotePart<Engine["jobs"]>(carrier, "jobs");
  const bus = remotePart<Engine["bus"]>(carrier, "bus");
  const liveness = remotePart<Engine["liveness"]>(carrier, "liveness");
  return {
    kind: "remote",
    capabilities: { transactions: false, processes: true, results: true },
    jobs: {
      push: (requests) => jobs.push(requests),
      pushWithin: (transaction, request) => jobs.pushWithin(transaction, request),
      exchange: (request) => jobs.exchange(request),
      progress: (updates) => jobs.progress(updates),
      arrival: (interest, signal) => Promise.race([jobs.arrival(interest, signal), aborted(signal)]),
      changes: (onHeard) => carrier.listen((listener) => ({ kind: "changes", listener }), onHeard),
    },
    bus: {
      publish: (topic, message) => bus.publish(topic, message),
      subscribe: (topic, onHeard) => carrier.listen((listener) => ({ kind: "subscribe", listener, topic }), onHeard),
    },
    liveness: {
      register: (worker, leaseMs) => liveness.register(worker, leaseMs),
      beat: (beat) => liveness.beat(beat),
      deregister: (worker) => liveness.deregister(worker),
      rescue: (request) => liveness.rescue(request),
      renewal: undefined,
    },
    upkeep: remotePart<Engine["upkeep"]>(carrier, "upkeep"),
    inspect: remotePart<Engine["inspect"]>(carrier, "inspect"),
    archive: remotePart<NonNullable<Engine["archive"]>>(carrier, "archive"),
    maintenance: remotePart<Engine["maintenance"]>(carrier, "maintenance"),
    start: async () => void (await carrier.ask({ kind: "call", path: ["start"], arguments: [] })),
    stop: async () => void (await carrier.ask({ kind: "call", path: ["stop"], arguments: [] })),
  };
}

/** A part whose every method is carried to the other process. */
function remotePart<Part extends object>(carrier: Carrier, part: string): Part {
  const handler: ProxyHandler<object> = {
    get:
      (_, method) =>
      (...parameters: readonly unknown[]): Promise<unknown> => {
        // An abort signal cannot cross: the waiting side stops to wait by itself.
        const values = parameters.filter((parameter) => !(parameter instanceof AbortSignal));
        return carrier.ask({ kind: "call", path: [part, String(method)], arguments: values });
      },
  };
  return new Proxy({}, handler) as Part;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
