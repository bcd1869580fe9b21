-- The end of both primary keys.
SELECT greatest((SELECT max(id) FROM {schema}.job), (SELECT max(id) FROM {schema}.finished))
