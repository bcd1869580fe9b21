import { EngineUnknown } from "../../../kernel/errors.ts";

/** What the engine uses of `pg`, so that whoever imports Lovage's types needs none of that library's. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(query: PgQuery): Promise<PgResult | readonly PgResult[]>;
  end(): Promise<void>;
  ref(): void;
  unref(): void;
  on(event: "error" | "end", listener: (error: Error) => void): void;
  on(event: "notification", listener: (message: { readonly channel: string; readonly payload?: string }) => void): void;
  readonly connection: { readonly stream: { destroy(): void } };
}

export interface PgQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly rowMode: "array";
  readonly types: { getTypeParser(): (value: string) => string };
}

export interface PgResult {
  readonly rows: readonly Row[];
  readonly rowCount: number | null;
}

/** The values of a row as the server writes them: text, or null. */
export type Row = readonly (string | null)[];

export interface PgOptions {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly pipeline: boolean;
}

export type PgClientClass = new (options: PgOptions) => PgClient;

/** A client of `pg`'s pool, as the engine uses it; a handler has all of it. */
export interface PgPoolClient {
  query(query: PgQuery): Promise<PgResult>;
  query(text: string): Promise<{ readonly command: string }>;
  release(broken?: boolean): void;
  on(event: "error", listener: (error: Error) => void): void;
  off(event: "error", listener: (error: Error) => void): void;
  readonly connection: { readonly stream: { destroy(): void } };
}

export interface PgPool {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): void;
}

export interface PgPoolOptions {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly max: number;
  readonly allowExitOnIdle: boolean;
}

export type PgPoolClass = new (options: PgPoolOptions) => PgPool;

/** Loads `pg` when it is first needed. @throws EngineUnknown (`ENGINE_UNKNOWN`) where it is not installed. */
export async function loadPg(): Promise<PgClientClass> {
  const { Client } = await load();
  // The boundary to the library: its own types would be asked of everyone who imports ours.
  return Client as PgClientClass;
}

/** As {@link loadPg}, for connections that are lent to handlers. */
export async function loadPool(): Promise<PgPoolClass> {
  const { Pool } = await load();
  return Pool as PgPoolClass;
}

async function load(): Promise<{ readonly Client: unknown; readonly Pool: unknown }> {
  try {
    const library: { default: { Client: unknown; Pool: unknown } } = await import("pg");
    return library.default;
  } catch (cause) {
    throw new EngineUnknown(
      'The PostgreSQL engine needs the package "pg", which could not be loaded. Install it: npm install pg',
      { cause },
    );
  }
}
