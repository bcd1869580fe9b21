export { App, type LovageOptions, lovage } from "./app.ts";
export { createEngine, type EngineRequest } from "./engines.ts";
