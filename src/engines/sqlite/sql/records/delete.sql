-- By primary key.
DELETE FROM {namespace}_record WHERE kind = :kind AND id = :id;
