import { describePartitions } from "./describe-partitions.ts";
import { depthSkips, spreadSkips } from "./skips.ts";

await describePartitions({ spread: true, skip: { ...depthSkips, ...spreadSkips } });
