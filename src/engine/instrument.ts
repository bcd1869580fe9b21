import { EngineUnavailable, LovageError } from "../kernel/errors.ts";
import type { Metrics } from "../kernel/metrics.ts";
import type { Engine } from "./contract.ts";

/** Every operation of a part, wrapped; members that are not functions stay as they are. */
type Observe = <Part extends object>(name: string, part: Part) => Part;

// `arrival` waits for as long as nothing happens, `complete` for a handler: their time says nothing about the engine.
const WAITING: ReadonlySet<string> = new Set(["jobs.arrival", "jobs.complete"]);

/**
 * Wraps an engine once, so that no engine needs to do it: every operation is timed in
 * `lovage_engine_operation_seconds`, its failures are counted, and whatever it rejects with is a `LovageError`.
 */
export function instrument(engine: Engine, metrics: Metrics): Engine {
  const observe = observer(engine.kind, metrics);
  return {
    kind: engine.kind,
    capabilities: engine.capabilities,
    jobs: observe("jobs", engine.jobs),
    liveness: observe("liveness", engine.liveness),
    upkeep: observe("upkeep", engine.upkeep),
    bus: observe("bus", engine.bus),
    inspect: observe("inspect", engine.inspect),
    archive: engine.archive && observe("archive", engine.archive),
    records: engine.records && observe("records", engine.records),
    maintenance: observe("maintenance", engine.maintenance),
    start: () => engine.start(),
    stop: () => engine.stop(),
  };
}

function observer(kind: string, metrics: Metrics): Observe {
  const seconds = metrics.histogram({
    name: "lovage_engine_operation_seconds",
    help: "Time of one call of the engine.",
  });
  const failures = metrics.counter({
    name: "lovage_engine_failures_total",
    help: "Calls of the engine that failed, by error code.",
  });
  const run = async (operation: string, call: () => Promise<unknown>): Promise<unknown> => {
    const startedMs = performance.now();
    try {
      return await call();
    } catch (error) {
      const mapped = toLovageError(error, kind, operation);
      failures.add(1, { operation, code: mapped.code });
      throw mapped;
    } finally {
      if (!WAITING.has(operation)) seconds.observe((performance.now() - startedMs) / 1_000, { operation });
    }
  };
  return (name, part) =>
    new Proxy(part, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => run(`${name}.${String(member)}`, () => Reflect.apply(value, target, args));
      },
    });
}

function toLovageError(error: unknown, kind: string, operation: string): LovageError {
  if (error instanceof LovageError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new EngineUnavailable(`The ${kind} engine failed in ${operation}: ${text}. The operation may be repeated.`, {
    cause: error,
    details: { operation },
  });
}
