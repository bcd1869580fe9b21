-- uses ready, changes
-- The one way in which a single job changes: indexes, counters, version and listeners follow.
local MORE_ERROR, MORE_PROGRESS, MORE_BY, MORE_REASON, MORE_RETAIN, MORE_LOST = 'e', 'p', 'b', 'r', 't', 'l'

local function setMore(job, ...)
  call('HSET', moreKey(job.id), ...)
  job.hasMore = true
end

local function clearMore(job, ...)
  if job.hasMore then call('HDEL', moreKey(job.id), ...) end
end

-- Finished jobs stand in one list for each length of retention, the first to finish first. An entry is the end, the job's
-- version then, and its id: one whose job has another version by now is passed over.
local function finishedKey(retainMs) return prefix .. 'f:' .. string.format('%.17g', retainMs) end

local function finishedEntry(endedAt, version, id) return struct.pack('<dI4', endedAt, version) .. id end

local additionsByRetention = {}

local function addFinished(retainMs, entry)
  local additions = additionsByRetention[retainMs]
  if additions == nil then
    additions = {}
    additionsByRetention[retainMs] = additions
  end
  additions[#additions + 1] = entry
end

local function flushFinished()
  for retainMs, additions in pairs(additionsByRetention) do
    call('HSET', prefix .. 'retentions', string.format('%.17g', retainMs), 1)
    callWithAll('RPUSH', finishedKey(retainMs), additions)
  end
  additionsByRetention = {}
end

-- A key lapses when its time has come and its job has ended: from the end on, its time can run.
local function releaseKey(job)
  local name = keyName(laneAt(job.lane).task, job.key)
  local stored = call('GET', name)
  local holder = stored and cmsgpack.unpack(stored)
  if holder and holder[1] == job.id then call('PEXPIREAT', name, math.ceil(math.max(holder[3], now + 1))) end
end

local function holdKey(job)
  local name = keyName(laneAt(job.lane).task, job.key)
  local stored = call('GET', name)
  if stored and cmsgpack.unpack(stored)[1] == job.id then call('PERSIST', name) end
end

-- What is kept of a claim beside its worker: the fence, and the number of the exchange that brought it.
local function activeEntry(fence, exchange) return struct.pack('<I4I4', fence, exchange) end

-- Takes the job out of whatever says that it is in its state.
local function unindex(job)
  count(job.lane, job.state, -1)
  if job.state == READY then removeReady(job.id, job.lane, job.crashes) end
  if job.state == SCHEDULED then call('ZREM', prefix .. 'scheduled', job.id) end
  if job.state == ACTIVE then
    call('HDEL', prefix .. 'a:' .. job.worker, job.id)
    if job.isAsked then call('HDEL', prefix .. 'asked', job.id) end
  elseif isLive(job.state) then
    if job.expiresAt ~= NONE then call('ZREM', prefix .. 'expiring', job.id) end
  end
end

local function index(job)
  count(job.lane, job.state, 1)
  if job.state == READY then addReady(job.id, job.lane, job.sequence, job.crashes) end
  if job.state == SCHEDULED then call('ZADD', prefix .. 'scheduled', job.dueAt, job.id) end
  if not isLive(job.state) then
    addFinished(job.retainMs, finishedEntry(job.finishedAt, job.version, job.id))
    if job.hasKey then releaseKey(job) end
  elseif job.state ~= ACTIVE and job.expiresAt ~= NONE then
    call('ZADD', prefix .. 'expiring', job.expiresAt, job.id)
  end
end

-- `job.state` is what it was; `alter` makes it what it becomes.
local function change(job, alter)
  local wasFinished = not isLive(job.state)
  unindex(job)
  alter(job)
  job.version = job.version + 1
  index(job)
  if wasFinished and isLive(job.state) and job.hasKey then holdKey(job) end
  local value = packJob(job)
  put(job.id, value)
  note(job.id, job.state, value)
end

local function removeJob(job)
  unindex(job)
  if isLive(job.state) and job.hasKey then releaseKey(job) end
  call('UNLINK', jobKey(job.id), moreKey(job.id))
  call('ZREM', prefix .. 'ids', job.id)
  note(job.id, job.state)
end

local function flush()
  flushJobs()
  flushFinished()
  flushReady()
  flushCounts()
  wakeFor(readied)
  readied = {}
  flushChanges()
end
