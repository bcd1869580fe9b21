import { describeComposed } from "./describe-composed.ts";

await describeComposed("postgres", "redis");
