export type { EngineAdapter, EngineModule, Outage, StoreReference, TestRunner } from "./adapter.ts";
export { type ConformanceReport, describeDefaultLease, describeEngine } from "./describe.ts";
export type { FastCheck, Replay } from "./properties/fast-check.ts";
export { expectedTests } from "./suite.ts";
