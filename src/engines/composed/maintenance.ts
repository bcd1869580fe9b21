import type { Engine, HealthFinding, Maintenance } from "../../engine/index.ts";

/** Both sides' schemas and health. */
export function createMaintenance(broker: Engine, results: Engine | undefined): Maintenance {
  return {
    async migrate(request) {
      const report = await broker.maintenance.migrate(request);
      const archived = await results?.maintenance.migrate(request);
      const applied = (archived?.applied ?? []).map((name) => `results: ${name}`);
      return { ...report, applied: [...report.applied, ...applied] };
    },
    async diagnose() {
      const findings = await broker.maintenance.diagnose();
      const archived = (await results?.maintenance.diagnose()) ?? [];
      return [
        ...findings,
        ...archived.map((finding): HealthFinding => ({ ...finding, check: `results: ${finding.check}` })),
      ];
    },
  };
}
