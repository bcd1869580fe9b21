import type { App } from "../../app/index.ts";
import { chooseApp, type Place } from "./choose.ts";
import { findModules } from "./find.ts";
import { loadModules } from "./load.ts";

export { findModules } from "./find.ts";

/**
 * Finds and loads the modules that some paths and patterns name, and gives their one app.
 * @throws ModuleInvalid (`MODULE_INVALID`), OptionsInvalid (`OPTIONS_INVALID`)
 */
export async function loadApp(patterns: readonly string[], place: Place): Promise<App> {
  const paths = await findModules(patterns);
  // An app that names no url reads LOVAGE_URL when it is made, which is while its module loads.
  if (place.url !== undefined) process.env.LOVAGE_URL = place.url;
  return chooseApp(await loadModules(paths), place);
}
