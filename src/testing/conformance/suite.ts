import type { ConformanceTest } from "./part.ts";
import { archiveTests } from "./parts/archive.ts";
import { arrivalTests } from "./parts/arrival.ts";
import { busTests } from "./parts/bus.ts";
import { changeTests } from "./parts/changes.ts";
import { claimTests } from "./parts/claim.ts";
import { deathTests } from "./parts/death.ts";
import { delayTests } from "./parts/delay.ts";
import { depthTests } from "./parts/depth.ts";
import { effectTests } from "./parts/effects.ts";
import { expiryTests } from "./parts/expiry.ts";
import { hostileTests } from "./parts/hostile.ts";
import { inspectTests } from "./parts/inspect.ts";
import { keyTests } from "./parts/keys.ts";
import { lifecycleTests } from "./parts/lifecycle.ts";
import { livenessTests } from "./parts/liveness.ts";
import { namespaceTests } from "./parts/namespaces.ts";
import { orderTests } from "./parts/order.ts";
import { outageTests } from "./parts/outage.ts";
import { payloadTests } from "./parts/payload.ts";
import { processTests } from "./parts/processes.ts";
import { progressTests } from "./parts/progress.ts";
import { propertyTests } from "./parts/properties.ts";
import { pushTests } from "./parts/push.ts";
import { quarantineTests } from "./parts/quarantine.ts";
import { recordTests } from "./parts/records.ts";
import { replyTests } from "./parts/replies.ts";
import { rescueTests } from "./parts/rescue.ts";
import { retentionTests } from "./parts/retention.ts";
import { revokeTests } from "./parts/revoke.ts";
import { settleTests } from "./parts/settle.ts";
import { steeringTests } from "./parts/steering.ts";
import { workflowTests } from "./parts/workflow.ts";
import { workflowEndingTests } from "./parts/workflow-endings.ts";

/** Every test of the suite, part by part. */
export const allTests: readonly ConformanceTest[] = [
  [pushTests, keyTests, depthTests, delayTests, expiryTests],
  [claimTests, orderTests, settleTests, effectTests, progressTests],
  [livenessTests, rescueTests, quarantineTests, revokeTests],
  [inspectTests, steeringTests, retentionTests, archiveTests],
  [workflowTests, workflowEndingTests, recordTests],
  [busTests, arrivalTests, changeTests],
  [payloadTests, hostileTests, namespaceTests, lifecycleTests],
  [propertyTests, replyTests, outageTests, processTests, deathTests],
].flat(2);

/**
 * How many tests the suite has. Written down, not counted: one that gets lost is noticed. An engine's own test compares
 * it with what ran and what was skipped.
 */
export const expectedTests: number = 303;
