-- Range of the primary key.
DELETE FROM {namespace}_slot WHERE job = :job;
