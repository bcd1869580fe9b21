-- Where jobs stand, and nobody changes them until the transaction ends. An open `ctx.transaction()` does not stand in the
-- way. Primary keys, in the order of the ids.
SELECT id, state FROM {schema}.job WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
