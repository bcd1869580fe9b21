import { App, appOf, lovage } from "../../app/index.ts";
import { ModuleInvalid, OptionsInvalid } from "../../kernel/errors.ts";
import type { TaskDefinition } from "../../tasks/index.ts";
import type { LoadedModule } from "./load.ts";

/** Where the command line wants the jobs to be; absent parts are the app's own choice. */
export interface Place {
  readonly url?: string;
  readonly namespace?: string;
}

/**
 * The one app of some modules: an exported app, the app of an exported task, or, where there are only shared
 * definitions, a default app that registers them.
 *
 * @throws ModuleInvalid (`MODULE_INVALID`) for no app, for two, and for an app of another copy of Lovage.
 * @throws OptionsInvalid (`OPTIONS_INVALID`) when the app lives elsewhere than the command line says.
 */
export function chooseApp(modules: readonly LoadedModule[], place: Place): App {
  const exports = modules.flatMap(({ path, exports }) =>
    Object.entries(exports).map(([name, value]) => ({ where: `${path} (export ${name})`, value })),
  );
  const apps = new Map<App, string>();
  for (const { where, value } of exports) {
    const app = appFrom(value, where);
    if (app !== undefined && !apps.has(app)) apps.set(app, where);
  }
  const [first, ...others] = apps;
  if (first === undefined) return appOfDefinitions(exports, modules, place);
  if (others.length > 0) throw tooMany([first, ...others].map(([, where]) => where));
  const [app, where] = first;
  checkPlace(app, where, place);
  warnOfStrangers(app, exports);
  return app;
}

/** A definition that nobody has registered is easily taken for a task that runs. */
function warnOfStrangers(app: App, exports: readonly Export[]): void {
  const known = new Set(app.tasks().map(({ name }) => name));
  for (const { where, value } of exports) {
    if (!isDefinition(value) || value.definition.run === undefined || known.has(value.definition.name)) continue;
    app.logger.log("warn", "a definition is exported and not registered with the app, so it does not run here", {
      task: value.definition.name,
      where,
      advice: "app.task(definition)",
    });
  }
}

interface Export {
  readonly where: string;
  readonly value: unknown;
}

function appFrom(value: unknown, where: string): App | undefined {
  if (value instanceof App) return value;
  if (typeof value !== "object" || value === null) return undefined;
  // Two copies share neither classes nor engine connections, so such an app would be overlooked without a word.
  if (value.constructor?.name === "App" && "engine" in value && "tasks" in value && "metrics" in value) {
    throw new ModuleInvalid(
      `${where} is an app of another copy of Lovage than this command's. Run the project's own: npx lovage …`,
    );
  }
  return appOf(value);
}

function appOfDefinitions(exports: readonly Export[], modules: readonly LoadedModule[], place: Place): App {
  const definitions = new Set(exports.map(({ value }) => value).filter(isDefinition));
  if (definitions.size === 0) {
    throw new ModuleInvalid(
      `No app and no task is exported by ${modules.map(({ path }) => path).join(", ")}: ` +
        "write `export const app = lovage()`, or export what `app.task({…})` or `defineTask({…})` gave.",
    );
  }
  const app = lovage({ ...place });
  for (const definition of definitions) app.task(definition);
  return app;
}

function isDefinition(value: unknown): value is TaskDefinition<unknown, unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (!("definition" in value) || !("place" in value) || typeof value.place !== "string") return false;
  return typeof value.definition === "object" && value.definition !== null && "name" in value.definition;
}

function checkPlace(app: App, where: string, place: Place): void {
  const { url, namespace } = app.settings;
  if (place.url !== undefined && place.url !== url) {
    throw new OptionsInvalid(
      `The app of ${where} sets its url itself, so --url does not reach it. Leave --url out, or let the app read LOVAGE_URL.`,
    );
  }
  if (place.namespace !== undefined && place.namespace !== namespace) {
    throw new OptionsInvalid(
      `The app of ${where} lives in the namespace "${namespace}", not "${place.namespace}". Leave --namespace out, or set it by lovage({ namespace }).`,
    );
  }
}

function tooMany(places: readonly string[]): ModuleInvalid {
  return new ModuleInvalid(
    `The modules hold ${places.length} apps, and a command works with one:${places.map((place) => `\n  - ${place}`).join("")}\n` +
      "Name the modules of one app only; for a worker of each, start `lovage worker` once for each.",
    { details: { places } },
  );
}
