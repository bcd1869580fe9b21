import { describe, expect, test } from "vitest";
import { type Labels, Metrics } from "../../src/kernel/metrics.ts";

const pushed = { name: "jobs_pushed_total", help: "Jobs pushed." };
const depth = { name: "queue_depth", help: "Jobs that wait." };
const waited = { name: "wait_seconds", help: "From push to start." };

describe("Metrics", () => {
  test("a counter keeps a sum for each set of labels, whatever their order", () => {
    const metrics = new Metrics();
    const counter = metrics.counter(pushed);
    counter.add();
    counter.add(2, { task: "mail", queue: "low" });
    counter.add(3, { queue: "low", task: "mail" });
    counter.bind({ task: "mail", queue: "low" }).add();
    expect(metrics.samples()).toEqual([
      { kind: "counter", name: "jobs_pushed_total", labels: {}, value: 1 },
      { kind: "counter", name: "jobs_pushed_total", labels: { task: "mail", queue: "low" }, value: 6 },
    ]);
  });

  test("labels are told apart by name and by value, not by how they read together", () => {
    const metrics = new Metrics();
    const counter = metrics.counter(pushed);
    const alike: Labels[] = [{ a: "b", c: "d" }, { a: 'b","c":"d' }, { "a,b": "c,d" }, { ab: "cd" }];
    for (const labels of alike) counter.add(1, labels);
    expect(metrics.samples()).toHaveLength(4);
  });

  test("a gauge keeps the last value", () => {
    const metrics = new Metrics();
    const gauge = metrics.gauge(depth);
    const low = gauge.bind({ queue: "low" });
    gauge.set(7, { queue: "low" });
    low.set(3);
    gauge.set(1);
    expect(metrics.samples().map((sample) => "value" in sample && sample.value)).toEqual([3, 1]);
  });

  test("a histogram counts values up to and including each bound, then those above", () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram(waited, [1, 10]);
    const mail = histogram.bind({ task: "mail" });
    for (const value of [0.5, 1]) histogram.observe(value, { task: "mail" });
    for (const value of [1.5, 10, 11, 1_000]) mail.observe(value);
    expect(metrics.samples()).toEqual([
      {
        kind: "histogram",
        name: "wait_seconds",
        labels: { task: "mail" },
        count: 6,
        sum: 1_024,
        bounds: [1, 10],
        buckets: [2, 2, 2],
      },
    ]);
  });

  test("a sample is a copy: it does not move afterwards", () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram(waited, [1]);
    histogram.observe(0.5);
    const [before] = metrics.samples();
    histogram.observe(0.5);
    expect(before).toMatchObject({ count: 1, buckets: [1, 0] });
  });

  test("two parts that register the same metric count in the same one", () => {
    const metrics = new Metrics();
    metrics.counter(pushed).add();
    metrics.counter(pushed).add();
    expect(metrics.samples()).toMatchObject([{ value: 2 }]);
  });

  test("one name cannot mean two things", () => {
    const metrics = new Metrics();
    metrics.counter(pushed);
    metrics.histogram(waited, [1, 2]);
    expect(() => metrics.gauge(pushed)).toThrow("jobs_pushed_total is a counter");
    expect(() => metrics.histogram(waited, [1, 3])).toThrow("wait_seconds has the bounds 1, 2");
  });

  test("what has counted nothing yet is described, and has no samples", () => {
    const metrics = new Metrics();
    metrics.gauge(depth);
    expect(metrics.samples()).toEqual([]);
    expect(metrics.descriptions()).toEqual([{ ...depth, kind: "gauge" }]);
  });
});
