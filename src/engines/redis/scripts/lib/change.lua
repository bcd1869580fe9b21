-- uses flush, members
-- The one way in which a single job changes: indexes, counters, version, listeners and those who wait for its end follow.
local MORE_ERROR, MORE_PROGRESS, MORE_BY, MORE_REASON, MORE_RETAIN, MORE_LOST = 'e', 'p', 'b', 'r', 't', 'l'
-- Of a job that ended because of another: which, how many of its slots can no longer be filled, and whose worker was lost.
local MORE_UPSTREAM, MORE_BROKEN, MORE_WORKER = 'u', 'k', 'w'

local setMore, clearMore, releaseKey, unindex, index, change
-- Made by lib/workflow.lua, which whoever ends jobs uses.
local useWorkflow, followEnd

-- Made where it is needed, as lib/push.lua.
local function useChange()
  if change then return end
  function setMore(job, ...)
    call('HSET', moreKey(job.id), ...)
    job.hasMore = true
  end

  function clearMore(job, ...)
    if job.hasMore then call('HDEL', moreKey(job.id), ...) end
  end

  -- A key lapses when its time has come and its job has ended: from the end on, its time can run.
  function releaseKey(job)
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

  -- Takes the job out of whatever says that it is in its state.
  function unindex(job)
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

  -- Whether a retry must find the ended job here: that of the job because of which it ended, or its own, with its slots.
  local function staysHere(job)
    return job.upstream or job.node and job.state ~= SUCCEEDED and cmsgpack.unpack(job.node)[2] > 0
  end

  function index(job)
    count(job.lane, job.state, 1)
    if job.state == READY then addReady(job.id, job.lane, job.sequence, job.crashes) end
    if job.state == SCHEDULED then call('ZADD', prefix .. 'scheduled', job.dueAt, job.id) end
    if not isLive(job.state) then
      addFinished(staysHere(job) and string.format('%.17gu', job.retainMs) or job.retainMs,
        finishedEntry(job.finishedAt, job.version, job.id))
      if job.hasKey then releaseKey(job) end
    elseif job.state ~= ACTIVE and job.expiresAt ~= NONE then
      call('ZADD', prefix .. 'expiring', job.expiresAt, job.id)
    end
  end

  -- `job.state` is what it was; `alter` makes it what it becomes.
  function change(job, alter)
    local wasFinished = not isLive(job.state)
    unindex(job)
    alter(job)
    job.version = job.version + 1
    index(job)
    if wasFinished and isLive(job.state) and job.hasKey then holdKey(job) end
    local value = packJob(job)
    put(job.id, value)
    note(job.id, job.state, value)
    if job.node and not isLive(job.state) then
      useWorkflow()
      followEnd(job)
    end
  end
end
