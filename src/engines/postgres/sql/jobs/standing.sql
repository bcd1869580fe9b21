-- Where jobs stand, live or finished. Primary keys.
SELECT id, state, fence FROM {schema}.job WHERE id = ANY ($1)
UNION ALL
SELECT id, state, fence FROM {schema}.finished WHERE id = ANY ($1)
