-- One walk over all jobs, each looking its lane up by primary key.
SELECT count(*), min(j.id) FROM {namespace}_job AS j
WHERE NOT EXISTS (SELECT 1 FROM {namespace}_lane AS l WHERE l.lane = j.lane);
