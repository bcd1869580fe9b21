-- By primary key.
SELECT value FROM {namespace}_meta WHERE name = :name;
