import type {
  Archive,
  Bus,
  Capabilities,
  Engine,
  Inspect,
  Jobs,
  Liveness,
  Maintenance,
  Records,
  Upkeep,
} from "../engine/index.ts";
import { CapabilityMissing } from "../kernel/errors.ts";

type PartName = "jobs" | "liveness" | "upkeep" | "bus" | "inspect" | "archive" | "records" | "maintenance";

/** What is known of an engine before its code is there. */
export interface EngineOutline {
  readonly kind: string;
  readonly capabilities: Capabilities;
}

/**
 * An engine whose code is loaded at its first use: with the Redis engine's loaded as well, an idle worker on SQLite holds
 * 0.9 MB more. Members that are not functions, such as `liveness.renewal`, are there from the start on.
 */
export class EngineOnDemand implements Engine {
  readonly kind: string;
  readonly capabilities: Capabilities;
  readonly jobs: Jobs = this.#part("jobs");
  readonly liveness: Liveness = this.#part("liveness");
  readonly upkeep: Upkeep = this.#part("upkeep");
  readonly bus: Bus = this.#part("bus");
  readonly inspect: Inspect = this.#part("inspect");
  readonly archive: Archive = this.#part("archive");
  readonly records: Records = this.#part("records");
  readonly maintenance: Maintenance = this.#part("maintenance");
  readonly #load: () => Promise<Engine>;
  #loading: Promise<Engine> | undefined;
  #engine: Engine | undefined;

  constructor({ kind, capabilities }: EngineOutline, load: () => Promise<Engine>) {
    this.kind = kind;
    this.capabilities = capabilities;
    this.#load = load;
  }

  async start(): Promise<void> {
    await (await this.#loaded()).start();
  }

  async stop(): Promise<void> {
    const engine = await this.#loading;
    await engine?.stop();
  }

  async #loaded(): Promise<Engine> {
    this.#loading ??= this.#load();
    this.#engine = await this.#loading;
    return this.#engine;
  }

  #part<Name extends PartName>(name: Name): NonNullable<Engine[Name]> {
    // The target is never read: the proxy stands for a part that is not there yet.
    return new Proxy({} as NonNullable<Engine[Name]>, {
      get: (_, member) => {
        const part = this.#engine?.[name];
        if (part === undefined) return async (...args: unknown[]) => call(await this.#loaded(), name, member, args);
        const value: unknown = Reflect.get(part, member);
        return typeof value === "function" ? value.bind(part) : value;
      },
    });
  }
}

function call(engine: Engine, name: PartName, member: string | symbol, args: readonly unknown[]): unknown {
  const part = engine[name];
  if (part === undefined)
    throw new CapabilityMissing(
      `The ${engine.kind} engine has no ${name}, so it cannot do ${name}.${String(member)}().`,
    );
  return Reflect.apply(Reflect.get(part, member), part, args);
}
