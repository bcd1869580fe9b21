import assert from "node:assert/strict";
import type { Payload } from "../../../kernel/job.ts";
import { type ConformanceTest, definePart } from "../part.ts";
import type { Trial } from "../trial.ts";

export const busTests: readonly ConformanceTest[] = definePart("bus", {
  "a message reaches every subscriber of its topic, and no other": async (trial) => {
    const [one, two, other] = [await listen(trial, "news"), await listen(trial, "news"), await listen(trial, "other")];
    await trial.engine.bus.publish("news", "hello");
    await trial.engine.bus.publish("other", "end");
    await trial.until("the messages arrive", async () => one.length === 1 && two.length === 1 && other.length === 1);
    assert.deepEqual([one, two, other], [["hello"], ["hello"], ["end"]]);
  },

  "messages keep their order": async (trial) => {
    const heard = await listen(trial, "news");
    const sent = Array.from({ length: 200 }, (_, index) => String(index));
    for (const message of sent) await trial.engine.bus.publish("news", message);
    await trial.until("all arrive", async () => heard.length === sent.length);
    assert.deepEqual(heard, sent);
  },

  "messages that are not awaited keep their order, too": async (trial) => {
    const heard = await listen(trial, "news");
    const sent = Array.from({ length: 200 }, (_, index) => String(index));
    await Promise.all(sent.map((message) => trial.engine.bus.publish("news", message)));
    await trial.until("all arrive", async () => heard.length === sent.length);
    assert.deepEqual(heard, sent);
  },

  "text and bytes arrive as they were sent": async (trial) => {
    const heard = await listen(trial, "news");
    const sent: Payload[] = ["", "ünïcode ☂ 🎉 \u0000", new Uint8Array([0, 255, 128, 10]), new Uint8Array()];
    for (const message of sent) await trial.engine.bus.publish("news", message);
    await trial.until("all arrive", async () => heard.length === sent.length);
    assert.deepEqual(heard.map(plain), sent);
  },

  "a message of 1 MB arrives": async (trial) => {
    const heard = await listen(trial, "news");
    await trial.engine.bus.publish("news", "☂".repeat(333_333));
    await trial.engine.bus.publish("news", new Uint8Array(1_000_000).fill(7));
    await trial.until("both arrive", async () => heard.length === 2);
    assert.equal(heard[0], "☂".repeat(333_333));
    assert.equal(heard[1]?.length, 1_000_000);
  },

  "nothing is kept for those who come later": async (trial) => {
    await trial.engine.bus.publish("news", "early");
    const heard = await listen(trial, "news");
    await trial.engine.bus.publish("news", "late");
    await trial.until("one arrives", async () => heard.length > 0);
    assert.deepEqual(heard, ["late"]);
  },

  "what is published after subscribe resolved is heard": async (trial) => {
    for (let round = 0; round < 50; round += 1) {
      const heard = await listen(trial, `topic ${round}`);
      await trial.engine.bus.publish(`topic ${round}`, "at once");
      await trial.until("it arrives", async () => heard.length === 1);
    }
  },

  "a closed subscription hears nothing, and its neighbour everything": async (trial) => {
    const heard: Payload[] = [];
    const subscription = await trial.engine.bus.subscribe("news", (message) => heard.push(message));
    const neighbour = await listen(trial, "news");
    await trial.engine.bus.publish("news", "one");
    await trial.until("it arrives", async () => heard.length === 1 && neighbour.length === 1);
    await subscription.close();
    await subscription.close();
    await trial.engine.bus.publish("news", "two");
    await trial.until("the neighbour hears it", async () => neighbour.length === 2);
    assert.deepEqual(heard, ["one"]);
  },

  "nobody is called once close has resolved": async (trial) => {
    for (let round = 0; round < 20; round += 1) {
      let count = 0;
      const subscription = await trial.engine.bus.subscribe("news", () => {
        count += 1;
      });
      const publishing = trial.engine.bus.publish("news", "under way");
      await subscription.close();
      const atClose = count;
      await publishing;
      await trial.engine.inspect.count({});
      assert.equal(count, atClose);
    }
  },

  "one listener may listen twice, and each ends for itself": async (trial) => {
    const heard: Payload[] = [];
    const listener = (message: Payload): unknown => heard.push(message);
    const first = await trial.engine.bus.subscribe("news", listener);
    await trial.engine.bus.subscribe("news", listener);
    await first.close();
    await trial.engine.bus.publish("news", "once");
    await trial.until("it arrives", async () => heard.length > 0);
    await trial.engine.bus.publish("news", "again");
    await trial.until("it arrives", async () => heard.includes("again"));
    assert.deepEqual(heard, ["once", "again"]);
  },

  "topics are names like any other": async (trial) => {
    const topics = ["__proto__", "constructor", "jobs", "a b", "ünï", "x".repeat(200), "a", "a:b", "*"];
    const lists = await Promise.all(topics.map((topic) => listen(trial, topic)));
    for (const topic of topics) await trial.engine.bus.publish(topic, topic);
    await trial.until("all arrive", async () => lists.every((list) => list.length > 0));
    assert.deepEqual(
      lists,
      topics.map((topic) => [topic]),
    );
  },
});

async function listen(trial: Trial, topic: string): Promise<Payload[]> {
  const heard: Payload[] = [];
  await trial.engine.bus.subscribe(topic, (message) => heard.push(message));
  return heard;
}

/** A Buffer and a Uint8Array of the same bytes are the same message. */
function plain(payload: Payload): Payload {
  return typeof payload === "string" ? payload : new Uint8Array(payload);
}
