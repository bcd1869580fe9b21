-- uses relief, finish, remove, filter, history
-- Revokes, retries or removes jobs: the named ones, or those of a part of all ids that fit a filter; jobs that wait for these
-- follow. O(jobs looked at + those that follow).
-- `place`: false, or where a walk by id goes on and where it ends.
local action, named, place, filter, dryRun, reason, retainMs =
  request[1], request[2], request[3], request[4], request[5], request[6], request[7]
local STEP = 500
local NOT_FOUND, WRONG_STATE = 1, 2
history()
useFinish()

local fitsFilter = filterOf(filter)

local function askToEnd(job)
  if not job.isAsked then
    setMore(job, MORE_BY, 'caller', MORE_REASON, reason, MORE_RETAIN, retainMs)
    call('HSET', prefix .. 'asked', job.id, reason)
    job.isAsked = true
  end
  job.version = job.version + 1
  put(job.id, packJob(job))
  note(job.id, ACTIVE)
end

local actions = {
  revoke = {
    allows = function(value) return isLive(string.byte(value, 1)) end,
    apply = function(job)
      if job.state == ACTIVE then askToEnd(job) else revoke(job, 'caller', reason, retainMs) end
    end,
  },
  retry = {
    -- What a job still lacks that ended while it waited, it would lack again.
    allows = function(value) return string.byte(value, 1) >= FAILED and string.byte(value, AT_FLAGS) < FLAG_LACKING end,
    apply = function(job)
      if job.node then
        useWorkflow()
        reopen(job)
      end
      change(job, function()
        clearMore(job, MORE_ERROR, MORE_BY, MORE_REASON, MORE_RETAIN, MORE_LOST, MORE_UPSTREAM, MORE_WORKER)
        job.state, job.settledKind, job.failures, job.crashes = READY, 0, 0, 0
        job.finishedAt, job.dueAt, job.expiresAt = NONE, NONE, NONE
      end)
    end,
  },
  remove = { allows = function(value) return string.byte(value, 1) ~= ACTIVE end, apply = removeJob },
}

local allows, apply = actions[action].allows, actions[action].apply
local changedCount, skipped = 0, {}

local function act(id)
  if not dryRun then apply(unpackJob(id, fetch(id))) end
  changedCount = changedCount + 1
end

local function actOnNamed(ids)
  prefetch(ids)
  for index, id in ipairs(ids) do
    local value = fetch(id)
    if not value then
      appendAll(skipped, { index - 1, NOT_FOUND })
    elseif not allows(value) then
      appendAll(skipped, { index - 1, WRONG_STATE })
    else
      act(id)
    end
  end
end

-- A job that followed another meanwhile is chosen by what it was, and left alone where it is that no more.
local function isChosen(id)
  local front = frontOf(id)
  if not front or not fitsFilter(front) then return false end
  local value = placeOf[id] and fetch(id) or front
  return allows(value)
end

-- Where the walk goes on, or false at its end.
local function walk(from, to)
  local ids = call('ZRANGEBYLEX', idsOf(filter), from, to, 'LIMIT', 0, STEP)
  for _, id in ipairs(ids) do
    if isChosen(id) then act(id) end
  end
  return #ids == STEP and '(' .. ids[#ids]
end

local following = false
if named then
  actOnNamed(named)
elseif place then
  following = walk(place[1], place[2])
end
flush()
return cmsgpack.pack({ changedCount, skipped, following })
