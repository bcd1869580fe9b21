import { lovage, silentLogger } from "lovage";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createPostgresEngine } from "../../../src/engines/postgres/index.ts";
import { describeRequiring } from "../../support/requirement.ts";
import {
  type Certificates,
  makeCertificates,
  opensslProgram,
  type PostgresServer,
  postgresProgram,
  startPostgres,
} from "../../support/servers/index.ts";

describeRequiring(postgresProgram, opensslProgram)("PostgreSQL over TLS", () => {
  let certificates: Certificates;
  let server: PostgresServer;
  /** By the name that the certificate has. */
  let url: string;

  beforeAll(async () => {
    certificates = await makeCertificates();
    const { cert, key } = certificates.server;
    const settings = { ssl: "on", ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: certificates.ca };
    server = await startPostgres({ settings });
    url = server.url.replace("127.0.0.1", "localhost");
  });
  afterAll(async () => {
    await server.close();
    certificates.close();
  });

  async function refusal(address: string): Promise<{ code: string; message: string }> {
    const engine = createPostgresEngine({ url: address });
    onTestFinished(() => engine.stop());
    return engine.start().then(
      () => ({ code: "none", message: "It was not refused." }),
      (error) => error,
    );
  }

  test("with the authority given, jobs are pushed and run, and no connection is without TLS", async () => {
    const app = lovage({ url: `${url}?sslmode=verify-full&sslrootcert=${certificates.ca}`, logger: silentLogger });
    onTestFinished(() => app.close());
    const task = app.task({
      name: "double",
      run: (n: number, { transaction }) => transaction(async () => 2 * n),
    });
    await app.worker().start();
    const result = await task.delay(21);
    expect(await result.get({ timeout: "10s" })).toBe(42);
    const connections = await server.ask(
      `SELECT bool_and(ssl), count(*) >= 4 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE application_name = 'lovage'`,
    );
    // Statements, the listener, the lease thread, and what was lent to the handler.
    expect(connections).toBe("t|t");
  });

  test("a certificate of this process is shown", async () => {
    const { ca, client } = certificates;
    const engine = createPostgresEngine({
      url: `${url}?sslmode=verify-full&sslrootcert=${ca}&sslcert=${client.cert}&sslkey=${client.key}`,
    });
    onTestFinished(() => engine.stop());
    await engine.start();
    expect(await server.ask("SELECT DISTINCT client_dn FROM pg_stat_ssl WHERE client_dn IS NOT NULL")).toBe(
      "/CN=client",
    );
  });

  test.each([
    ["no authority", () => `${url}?sslmode=verify-full`, /no authority has signed.*"sslrootcert" in the URL/],
    [
      "the wrong authority",
      () => `${url}?sslmode=verify-full&sslrootcert=${certificates.otherCa}`,
      /no authority has signed.*"sslrootcert" in the URL/,
    ],
    [
      "another host",
      () => `${server.url}?sslmode=verify-full&sslrootcert=${certificates.ca}`,
      /for another host.*Put a name into the URL/,
    ],
  ])("%s: refused, and the error says what to do", async (_what, address, message) => {
    expect(await refusal(address())).toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringMatching(message),
    });
  });

  test("a file that is not there is told by its path", async () => {
    expect(await refusal(`${url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`)).toMatchObject({
      code: "OPTIONS_INVALID",
      message: expect.stringContaining("/nowhere/ca.pem"),
    });
  });

  test("a server that takes nobody without TLS, or that has none, says so", async () => {
    const rules = (await server.ask("SHOW hba_file")).trim();
    await server.ask(`COPY (SELECT 'hostssl all all 127.0.0.1/32 trust') TO '${rules}'`);
    await server.ask("SELECT pg_reload_conf()");
    await expect
      .poll(() => refusal(url).then(({ message }) => message))
      .toMatch(/add "sslmode=verify-full" to the URL/);
    const plain = await startPostgres();
    onTestFinished(() => plain.close());
    expect(await refusal(`${plain.url}?sslmode=verify-full`)).toMatchObject({
      code: "ENGINE_UNAVAILABLE",
      message: expect.stringMatching(/does not speak TLS.*ssl = on/),
    });
  });
});
