import type { Outcome } from "../../kernel/job.ts";
import type { BoundCounter, BoundGauge, BoundHistogram, Counter, Histogram, Metrics } from "../../kernel/metrics.ts";

/** One task's series, bound once: the hot path looks up no label. */
export interface TaskSeries {
  readonly started: BoundCounter;
  readonly failures: BoundCounter;
  readonly waitSeconds: BoundHistogram;
  readonly runSeconds: BoundHistogram;
  readonly finished: Readonly<Record<Outcome["kind"], BoundCounter>>;
}

/** What a worker counts of its attempts. */
export class RunMetrics {
  readonly running: BoundGauge;
  readonly leftRunning: BoundGauge;
  readonly #started: Counter;
  readonly #finished: Counter;
  readonly #failures: Counter;
  readonly #waitSeconds: Histogram;
  readonly #runSeconds: Histogram;

  constructor(metrics: Metrics) {
    this.running = bindGauge(metrics, "lovage_jobs_running", "Jobs that run in this process.");
    this.leftRunning = bindGauge(
      metrics,
      "lovage_handlers_left_running",
      "Handlers that still run although their attempt was given up.",
    );
    this.#started = metrics.counter({ name: "lovage_jobs_started_total", help: "Attempts started, by task." });
    this.#finished = metrics.counter({
      name: "lovage_jobs_finished_total",
      help: "Attempts that ended, by task and outcome.",
    });
    this.#failures = metrics.counter({
      name: "lovage_attempt_failures_total",
      help: "Attempts that ended in an error, whether retried or not, by task.",
    });
    this.#waitSeconds = metrics.histogram({
      name: "lovage_job_wait_seconds",
      help: "From the push to the start of the first attempt, a countdown included, by task.",
    });
    this.#runSeconds = metrics.histogram({ name: "lovage_job_run_seconds", help: "Time of one attempt, by task." });
  }

  bind(task: string): TaskSeries {
    const finished = (outcome: Outcome["kind"]): BoundCounter => this.#finished.bind({ task, outcome });
    return {
      started: this.#started.bind({ task }),
      failures: this.#failures.bind({ task }),
      waitSeconds: this.#waitSeconds.bind({ task }),
      runSeconds: this.#runSeconds.bind({ task }),
      finished: {
        succeeded: finished("succeeded"),
        failed: finished("failed"),
        revoked: finished("revoked"),
        retried: finished("retried"),
        snoozed: finished("snoozed"),
        released: finished("released"),
        replaced: finished("replaced"),
      },
    };
  }
}

function bindGauge(metrics: Metrics, name: string, help: string): BoundGauge {
  return metrics.gauge({ name, help }).bind({});
}
