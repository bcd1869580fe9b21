-- By primary key. Nothing is returned for a claim that has ended.
UPDATE {namespace}_job SET version = version + 1
WHERE sequence = :sequence AND id = :id AND fence = :fence AND state = 'active';
