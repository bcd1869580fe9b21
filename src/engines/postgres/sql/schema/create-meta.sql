-- Before the first migration, which is numbered in it.
CREATE TABLE {schema}.meta (name text PRIMARY KEY, value bigint NOT NULL)
