-- uses relief, finish, filter, history
-- Revokes, retries or removes jobs: the named ones, or those of a part of all ids that fit a filter. O(jobs looked at).
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
    allows = isLive,
    apply = function(job)
      if job.state == ACTIVE then askToEnd(job) else revoke(job, 'caller', reason, retainMs) end
    end,
  },
  retry = {
    allows = function(state) return state == FAILED or state == REVOKED end,
    apply = function(job)
      change(job, function()
        clearMore(job, MORE_ERROR, MORE_BY, MORE_REASON, MORE_RETAIN, MORE_LOST)
        job.state, job.settledKind, job.failures, job.crashes = READY, 0, 0, 0
        job.finishedAt, job.dueAt, job.expiresAt = NONE, NONE, NONE
      end)
    end,
  },
  remove = { allows = function(state) return state ~= ACTIVE end, apply = removeJob },
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
    elseif not allows(string.byte(value, 1)) then
      appendAll(skipped, { index - 1, WRONG_STATE })
    else
      act(id)
    end
  end
end

-- Where the walk goes on, or false at its end.
local function walk(from, to)
  local ids = call('ZRANGEBYLEX', prefix .. 'ids', from, to, 'LIMIT', 0, STEP)
  for _, id in ipairs(ids) do
    local front = frontOf(id)
    if front and fitsFilter(front) and allows(string.byte(front, 1)) then act(id) end
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
