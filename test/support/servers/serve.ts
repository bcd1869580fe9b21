/*
 * Finds or starts the servers that all tests share, so that not every test file must start one: prints a line
 * `VARIABLE=URL` for each and `ready`, and keeps what it started until its standard input ends. For .ci/run.
 */
import { type FoundServer, findPostgres, findRedis } from "./find.ts";

print("LOVAGE_TEST_REDIS_URL", await findRedis());
print("LOVAGE_TEST_POSTGRES_URL", await findPostgres());
console.log("ready");
process.stdin.resume();

function print(variable: string, { met, name, install, url }: FoundServer): void {
  if (!met) throw new Error(`${name} is missing: ${install}`);
  // To people without what may be secret in it.
  console.error(`${name} is at ${new URL(url).host}`);
  console.log(`${variable}=${url}`);
}
