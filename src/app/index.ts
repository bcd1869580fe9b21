export { App, appOf, type LovageOptions, lovage } from "./app.ts";
export { createEngine, type EngineRequest } from "./engines.ts";
