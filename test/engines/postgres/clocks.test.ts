import { expect, onTestFinished } from "vitest";
import type { PushRequest } from "../../../src/engine/index.ts";
import { pushRequest } from "../../../src/testing/conformance/trial.ts";
import { testRequiring } from "../../support/requirement.ts";
import { postgresProgram, startPostgres } from "../../support/servers/index.ts";
import { startEngine } from "./setup.ts";

const testPostgres = testRequiring(postgresProgram);
const HOUR_MS = 3_600_000;

testPostgres("the clock of this process is set: pushes go on, and their deadlines are kept", async () => {
  const { engine } = await start();
  for (const stepMs of [-HOUR_MS, HOUR_MS]) {
    setClock(stepMs);
    expect(await engine.jobs.push([inTime()])).toMatchObject([{ status: "stored" }]);
    const late = pushRequest([{}], { deadlineAt: Date.now() - 1 });
    expect(await engine.jobs.push([late])).toMatchObject([{ status: "refused", error: { code: "ENGINE_TIMEOUT" } }]);
  }
});

testPostgres("the server's clock is set ahead: pushes go on", async () => {
  const { server, engine, schema } = await start();
  await server.ask(
    `CREATE OR REPLACE FUNCTION ${schema}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${HOUR_MS}'`,
  );
  expect(await engine.jobs.push([inTime(), inTime()])).toMatchObject([{ status: "stored" }, { status: "stored" }]);
});

async function start(): Promise<{
  server: Awaited<ReturnType<typeof startPostgres>>;
  engine: Awaited<ReturnType<typeof startEngine>>;
  schema: string;
}> {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  const schema = "clocks";
  return { server, engine: await startEngine(server.url, schema), schema };
}

function inTime(): PushRequest {
  return pushRequest([{}], { deadlineAt: Date.now() + 10_000 });
}

/** Sets `Date.now()` as an administrator sets the clock of the machine: `performance.now()` goes on. */
function setClock(stepMs: number): void {
  const now = Date.now;
  Date.now = () => now() + stepMs;
  onTestFinished(() => {
    Date.now = now;
  });
}
