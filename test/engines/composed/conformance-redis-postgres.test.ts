import { describeComposed } from "./describe-composed.ts";

await describeComposed("redis", "postgres");
