-- uses ready, changes, finished
-- Writes what the operation has gathered, each sort of write in calls of many.
local function flush()
  flushJobs()
  flushFinished()
  flushReady()
  flushCounts()
  wakeFor(readied)
  readied = {}
  flushChanges()
end
