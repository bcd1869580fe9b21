-- By primary key.
DELETE FROM {namespace}_progress WHERE sequence = :sequence;
