import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, test } from "vitest";
import { readSql } from "../../../src/engines/sqlite/database/statements.ts";

const source = new URL("../../../src/engines/sqlite/", import.meta.url);
const names = readdirSync(new URL("sql/", source), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length).replaceAll("\\", "/"));
const database = new DatabaseSync(":memory:");

beforeAll(() => {
  database.exec(readSql("schema/create-meta", "lovage"));
  for (const file of readdirSync(new URL("migrations/", source)).sort())
    database.exec(readFileSync(new URL(`migrations/${file}`, source), "utf8").replaceAll("{namespace}", "lovage"));
});

/** The steps of a statement as SQLite plans them. */
function plan(text: string): readonly string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${text.replace(/^(--.*\n)+/, "")}`).all();
  return rows.map((row) => String(row.detail));
}

describe("every statement", () => {
  test.each(names)("%s says what it costs, and costs no more", (name) => {
    const text = readSql(name, "lovage");
    expect(text).toMatch(/^-- \S/);
    if (/^\s*(CREATE|PRAGMA)/m.test(text)) return;
    const scans = plan(text).filter((step) => /^SCAN (j|lovage_job)\b(?!.*USING)/.test(step));
    if (/^-- .*(walk over all jobs)/i.test(text)) expect(scans).not.toEqual([]);
    else expect(scans, `${name} reads every job`).toEqual([]);
  });

  test.each(names)("%s uses the indexes that it names", (name) => {
    const text = readSql(name, "lovage");
    const comment = text.match(/^(--.*\n)+/)?.[0] ?? "";
    const indexes = [...comment.matchAll(/the index ([a-z]+_[a-z]+)/g)].map(([, index]) => `lovage_${index}`);
    if (indexes.length === 0) return;
    const steps = plan(text).join("\n");
    for (const index of indexes) expect(steps).toMatch(new RegExp(`USING (COVERING )?INDEX ${index}\\b`));
  });
});
