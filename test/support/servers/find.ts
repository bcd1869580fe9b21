import type { Requirement } from "../requirement.ts";
import { postgresProgram, startPostgres } from "./postgres.ts";
import { redisProgram, startRedis } from "./redis.ts";
import { askRedis } from "./resp.ts";
import { askPostgres } from "./sql.ts";

/** A server that any number of tests may share: each must keep to a namespace of its own. */
export interface FoundServer extends Requirement {
  /** Empty where the requirement is not met. */
  readonly url: string;
}

interface Search {
  readonly name: string;
  readonly variable: string;
  readonly standardUrl: string;
  /** Throws what is wrong with the server at this URL. */
  readonly shakeHands: (url: string) => Promise<void>;
  readonly program: Requirement;
  /** It ends with the test process. */
  readonly startPrivate: () => Promise<{ readonly url: string }>;
}

const OLDEST_POSTGRES = 130_000;
const OLDEST_REDIS = 6.2;

/** Redis: at `LOVAGE_TEST_REDIS_URL`, else at the standard port of this machine, else a private one. */
export function findRedis(): Promise<FoundServer> {
  return find({
    name: "redis",
    variable: "LOVAGE_TEST_REDIS_URL",
    standardUrl: "redis://127.0.0.1:6379",
    shakeHands: shakeHandsWithRedis,
    program: redisProgram,
    startPrivate: startRedis,
  });
}

/** PostgreSQL: at `LOVAGE_TEST_POSTGRES_URL`, else at the standard port of this machine, else a private one. */
export function findPostgres(): Promise<FoundServer> {
  return find({
    name: "postgres",
    variable: "LOVAGE_TEST_POSTGRES_URL",
    standardUrl: "postgres://postgres@127.0.0.1:5432/postgres",
    shakeHands: shakeHandsWithPostgres,
    program: postgresProgram,
    startPrivate: startPostgres,
  });
}

async function find({ name, variable, ...search }: Search): Promise<FoundServer> {
  const install = `${search.program.install}, or set ${variable}`;
  const given = process.env[variable];
  if (given !== undefined && given !== "") {
    // Whoever names a server means that one: another in its place would hide that it does not answer.
    const refusal = await refusalOf(search.shakeHands, given);
    if (refusal !== undefined) throw new Error(`${variable} does not lead to a usable server.`, { cause: refusal });
    return { name, met: true, install, url: given };
  }
  if ((await refusalOf(search.shakeHands, search.standardUrl)) === undefined)
    return { name, met: true, install, url: search.standardUrl };
  if (!search.program.met) return { name, met: false, install, url: "" };
  const { url } = await search.startPrivate();
  return { name, met: true, install, url };
}

async function refusalOf(shakeHands: (url: string) => Promise<void>, url: string): Promise<unknown> {
  try {
    await shakeHands(url);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function shakeHandsWithRedis(url: string): Promise<void> {
  const information = String(await askRedis(url, "INFO", "server"));
  const version = /redis_version:(\d+\.\d+)/.exec(information)?.[1];
  if (!(Number(version) >= OLDEST_REDIS)) throw new Error(`Redis ${version} is older than ${OLDEST_REDIS}.`);
}

async function shakeHandsWithPostgres(url: string): Promise<void> {
  const version = Number(await askPostgres(url, "SHOW server_version_num"));
  if (!(version >= OLDEST_POSTGRES)) throw new Error(`PostgreSQL ${version} is older than ${OLDEST_POSTGRES}.`);
}
