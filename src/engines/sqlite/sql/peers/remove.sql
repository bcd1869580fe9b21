-- By primary key.
DELETE FROM {namespace}_peer WHERE id = :id;
