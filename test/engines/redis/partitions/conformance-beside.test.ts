import { describePartitions } from "./describe-partitions.ts";
import { depthSkips } from "./skips.ts";

await describePartitions({ spread: false, skip: depthSkips });
