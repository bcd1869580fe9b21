-- By primary key.
DELETE FROM {namespace}_job WHERE sequence = :sequence;
