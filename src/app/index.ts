export { App, appOf, type LovageOptions, lovage } from "./app.ts";
export type { AppParts } from "./connection.ts";
export { createEngine, type EngineRequest } from "./engines.ts";
