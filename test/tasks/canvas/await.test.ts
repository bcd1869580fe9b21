import { lovage } from "lovage";
import { testing } from "lovage/testing";
import { expect, test } from "vitest";

test("a parent that awaits a job which nothing will end is told so", async () => {
  const app = lovage({ url: "memory:", task: { retry: { max: 0 } } });
  const parent = app.task({ name: "parent", run: async () => (await app.send("unknown")).get() });
  const bench = testing(app);
  try {
    const cause = { code: "STATE_CONFLICT", message: expect.stringContaining("nothing under test will end it") };
    await expect((await parent.delay()).get()).rejects.toMatchObject({ cause });
  } finally {
    await bench.close();
  }
});

test("a parent that awaits its children ends under the test kit as well, delays included", async () => {
  const app = lovage({ url: "memory:" });
  const child = app.task({ name: "child", run: (value: number) => value * 2 });
  const parent = app.task({
    name: "parent",
    async run(value: number) {
      const now = await child.delay(value);
      const later = await child.delay(value, { countdown: "2m" });
      return (await now.get()) + (await later.get());
    },
  });
  const bench = testing(app);
  try {
    expect(await (await parent.delay(2)).get()).toBe(8);
    const results = await parent.delayMany([1, 2, 3]);
    await bench.drain({ until: "idle" });
    expect(await Promise.all(results.map((result) => result.get()))).toEqual([4, 8, 12]);
  } finally {
    await bench.close();
  }
});
