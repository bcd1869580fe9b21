import { describePartitions } from "./describe-partitions.ts";
import { depthSkips, orderSkips } from "./skips.ts";

await describePartitions({ spread: true, skip: { ...depthSkips, ...orderSkips } });
