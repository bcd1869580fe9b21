-- By primary key.
DELETE FROM {namespace}_worker WHERE id = :id;
