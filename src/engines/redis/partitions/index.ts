import { LifecycleGuard } from "../../../kernel/lifecycle.ts";
import type { EngineParts, Partition } from "../partition.ts";
import { PartitionedArchive } from "./archive.ts";
import { PartitionedInspect } from "./inspect.ts";
import { PartitionedJobs } from "./jobs.ts";
import { PartitionedLiveness } from "./liveness.ts";
import { PartitionedMaintenance } from "./maintenance.ts";
import { Outbox } from "./outbox.ts";
import { all, Partitions } from "./partitions.ts";
import { PartitionedRecords } from "./records.ts";
import { PartitionedUpkeep } from "./upkeep.ts";

/** Several partitions as one engine: a job is in the partition of its id, and the bus in the first one. */
export function joinPartitions(parts: readonly [Partition, ...Partition[]]): EngineParts {
  const partitions = new Partitions(parts);
  const outbox = new Outbox(partitions);
  const guard = new LifecycleGuard(
    () => start(partitions),
    () => stop(partitions),
  );
  return {
    jobs: new PartitionedJobs(partitions, outbox),
    liveness: new PartitionedLiveness(partitions, outbox),
    upkeep: new PartitionedUpkeep(partitions),
    bus: partitions.first.bus,
    inspect: new PartitionedInspect(partitions),
    archive: new PartitionedArchive(partitions),
    records: new PartitionedRecords(partitions, outbox),
    maintenance: new PartitionedMaintenance(partitions),
    start: () => guard.start(),
    stop: () => guard.stop(),
  };
}

/** The first one first: it knows of another number of partitions, before any is begun. */
async function start(partitions: Partitions): Promise<void> {
  const [first, ...others] = partitions.all;
  try {
    await first.start();
    await all(others, (partition) => partition.start());
  } catch (error) {
    await stop(partitions);
    throw error;
  }
}

async function stop(partitions: Partitions): Promise<void> {
  await partitions.each((partition) => partition.stop());
}
