-- One row a fact; created before the first migration.
CREATE TABLE IF NOT EXISTS {namespace}_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
