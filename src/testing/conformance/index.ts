export type { EngineAdapter, EngineModule, Outage, StoreReference, TestRunner } from "./adapter.ts";
export { type ConformanceReport, describeEngine } from "./describe.ts";
export { expectedTests } from "./suite.ts";
