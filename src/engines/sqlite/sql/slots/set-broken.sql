-- By primary key.
UPDATE {namespace}_slot SET broken = :broken WHERE job = :job AND slot = :slot AND source IS NULL AND broken <> :broken;
