-- One lookup in sqlite_schema.
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{namespace}_meta';
