import type { App } from "../app/index.ts";
import { CapabilityMissing, StorageInvalid } from "../kernel/errors.ts";

/** Options that every command takes. */
export interface GlobalFlags {
  readonly url?: string;
  readonly namespace?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Options of commands that may be told which modules define the tasks. */
export interface ModuleFlags extends GlobalFlags {
  readonly module?: readonly string[];
}

/**
 * Makes the app that a command works with: that of the given modules, else a bare one at the given place.
 * Everything heavier than reading the arguments is imported from here on, so that help and mistakes answer at once.
 */
export async function openApp(flags: ModuleFlags): Promise<App> {
  const { url, namespace, module: modules = [] } = flags;
  // The format of log lines beside a command's output; a module's app reads it while it loads.
  if (flags.json === true) process.env.LOVAGE_LOG ??= "json";
  if (modules.length > 0) {
    const { loadApp } = await import("./modules/index.ts");
    return loadApp(modules, { url, namespace });
  }
  const { lovage } = await import("../app/index.ts");
  return lovage({ url, namespace });
}

/** Opens an app, hands it to `use` and closes it, whatever happens. */
export async function withApp<Value>(flags: ModuleFlags, use: (app: App) => Promise<Value>): Promise<Value> {
  const app = await openApp(flags);
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}

/**
 * As `withApp`, for commands that look at jobs which other processes pushed: the engine must be shared, and there.
 * @throws CapabilityMissing (`CAPABILITY_MISSING`), StorageInvalid (`STORAGE_INVALID`)
 */
export function withStore<Value>(flags: ModuleFlags, use: (app: App) => Promise<Value>): Promise<Value> {
  return withApp(flags, async (app) => {
    requireShared(app);
    await requireExisting(app);
    await app.start();
    return use(app);
  });
}

/** @throws CapabilityMissing (`CAPABILITY_MISSING`) for an engine that ends with this process. */
export function requireShared({ engine }: App): void {
  if (engine.capabilities.processes) return;
  throw new CapabilityMissing(
    `The ${engine.kind} engine lives inside one process, so another command can neither see nor feed it. ` +
      "Name a shared one by --url or LOVAGE_URL, for example sqlite:lovage.db.",
  );
}

/** A mistyped path would otherwise become a new, empty store, and every answer "nothing". */
async function requireExisting(app: App): Promise<void> {
  const { from } = await app.engine.maintenance.migrate({ dryRun: true });
  if (from > 0) return;
  throw new StorageInvalid(
    `There is no Lovage store at ${describePlace(app)} yet. Check --url, --namespace, LOVAGE_URL and the current folder; ` +
      "the first push, worker or `lovage migrate` makes one.",
  );
}

/** Where an app keeps its jobs, without a password. */
export function describePlace(app: App): string {
  const url = app.settings.url.replace(/(\/\/[^/:@]*):[^/@]*@/, "$1:***@");
  const place = url.toLowerCase().startsWith(`${app.engine.kind}:`) ? url : app.engine.kind;
  return `${place} (namespace ${app.settings.namespace})`;
}
