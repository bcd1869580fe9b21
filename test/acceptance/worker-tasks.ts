import type { App } from "lovage";
import { makeTasks } from "./tasks.ts";

// What `lovage worker` is given: the tasks of a scenario, at the place that the environment names.
const { ACCEPTANCE_URL = "", ACCEPTANCE_NAMESPACE = "", ACCEPTANCE_LOG = "" } = process.env;

export const app: App = makeTasks({
  url: ACCEPTANCE_URL,
  namespace: ACCEPTANCE_NAMESPACE,
  log: ACCEPTANCE_LOG,
  skewMs: Number(process.env.ACCEPTANCE_SKEW_MS ?? 0),
  isRareKnown: process.env.ACCEPTANCE_RARE === "1",
}).app;
