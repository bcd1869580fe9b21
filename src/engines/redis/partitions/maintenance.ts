import type { HealthFinding, Maintenance, MigrationReport } from "../../../engine/index.ts";
import type { Partitions } from "./partitions.ts";

/** The health of each partition's server, and the format of each. */
export class PartitionedMaintenance implements Maintenance {
  readonly #partitions: Partitions;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  /** The first one first: it knows of another number of partitions, before any is begun. */
  async migrate(request: { readonly dryRun: boolean }): Promise<MigrationReport> {
    let joint: MigrationReport | undefined;
    for (const { maintenance } of this.#partitions.all) {
      const { from, to, applied } = await maintenance.migrate(request);
      joint = {
        from: Math.min(from, joint?.from ?? from),
        to,
        applied: joint?.applied.length ? joint.applied : applied,
      };
    }
    return joint ?? this.#partitions.first.maintenance.migrate(request);
  }

  async diagnose(): Promise<readonly HealthFinding[]> {
    const findings = await this.#partitions.each(async ({ number, maintenance }) =>
      (await maintenance.diagnose()).map((finding) => ({
        ...finding,
        check: `${finding.check} (partition ${number})`,
      })),
    );
    return findings.flat();
  }
}
