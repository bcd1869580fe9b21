-- uses finish, heap
-- Gives ready jobs to a worker: by priority (9 first, but one in 20 takes the oldest), then by push order. It reads the
-- first lanes of the indexes that it may take from, and merges their first jobs: O(jobs taken + indexes + lanes touched).
--
-- `claim`: {max, alone, retention, queues or false, tasks}.
local runClaim, claimed, claimedLanes

-- Made where it is needed, as lib/push.lua.
local function useClaim()
  if runClaim then return end
  local OLDEST_EVERY = 20
  -- A look at so many lanes costs little more than at one, and mostly shows all there are.
  local LANES_LOOKED_AT = 32
  -- Of expired jobs, met on the way and revoked; the next claim goes on.
  local MOST_EXPIRED = 1000
  local MOST_QUARANTINED = 1000

  local claimer, knownTasks, indexes
  claimed = {}
  claimedLanes = {}
  local activeEntries = {}

  local function distinct(names)
    local seen, list = {}, {}
    for _, name in ipairs(names) do
      if not seen[name] then list[#list + 1] = name end
      seen[name] = true
    end
    return list, seen
  end

  local function beginClaim(worker, exchange, claim)
    claimer = { worker = worker, exchange = exchange, retainMs = claim[3], queues = claim[4] }
    claimer.times = struct.pack('<dddI2I4', now, NONE, claimer.retainMs, #worker, 0)
    local tasks
    tasks, knownTasks = distinct(claim[5])
    indexes = {}
    if claimer.queues then
      claimer.queues, claimer.isQueue = distinct(claimer.queues)
      for _, queue in ipairs(claimer.queues) do indexes[#indexes + 1] = queueIndex(queue) end
    else
      for _, task in ipairs(tasks) do indexes[#indexes + 1] = taskIndex(task) end
    end
  end

  -- The first lanes of an index that hold known tasks; says whether these are all.
  local function addLanes(list, index, limit)
    local found, from = 0, 0
    while found < limit do
      local entries = call('ZRANGE', index, from, from + limit - 1, 'WITHSCORES')
      for at = 1, #entries, 2 do
        local number = tonumber(entries[at])
        if not claimer.queues or knownTasks[laneAt(number).task] then
          list[#list + 1] = { number = number, score = tonumber(entries[at + 1]), taken = 0, at = 0, chunk = 1, entries = {} }
          found = found + 1
        end
      end
      if #entries < limit * 2 then return true end
      from = from + limit
    end
    return false
  end

  local function findLanes(limit)
    local lanes, isComplete = {}, true
    for _, index in ipairs(indexes) do isComplete = addLanes(lanes, index, limit) and isComplete end
    return lanes, isComplete
  end

  local function bandOf(score) return math.floor(score / BAND) end

  local function areMixed(lanes, isComplete)
    if not isComplete then
      for _, index in ipairs(indexes) do
        local last = call('ZRANGE', index, -1, -1, 'WITHSCORES')
        if #last > 0 and bandOf(tonumber(last[2])) ~= bandOf(lanes[1].score) then return true end
      end
    end
    for _, lane in ipairs(lanes) do
      if bandOf(lane.score) ~= bandOf(lanes[1].score) then return true end
    end
    return false
  end

  local function takeAllFrom(lane, amount)
    local popped, ids = call('ZPOPMIN', readyKey(lane.number), amount), {}
    for at = 1, #popped, 2 do ids[#ids + 1] = popped[at] end
    dirty[lane.number] = true
    return ids
  end

  -- Reads ahead where all that was read is taken, in growing steps.
  local function readAhead(lane)
    if lane.at < #lane.entries then return end
    lane.entries = call('ZRANGE', readyKey(lane.number), lane.taken, lane.taken + lane.chunk, 'WITHSCORES')
    lane.at, lane.chunk = 0, math.min(lane.chunk * 4, 256)
  end

  -- The lane's next job. The lane has the score of the one after it then, or none.
  local function takeNext(lane)
    readAhead(lane)
    local id = lane.entries[lane.at + 1]
    lane.at, lane.taken = lane.at + 2, lane.taken + 1
    readAhead(lane)
    local following = lane.entries[lane.at + 2]
    lane.score = following and bandOf(lane.score) * BAND + tonumber(following) or nil
    return id
  end

  local function take(lanes, amount)
    if #lanes == 1 then return takeAllFrom(lanes[1], amount) end
    local heap, ids, touched = heapOf(lanes), {}, {}
    while #ids < amount and #heap > 0 do
      local lane = heap[1]
      touched[lane.number] = lane
      ids[#ids + 1] = takeNext(lane)
      if lane.score == nil then dropFirst(heap) else sink(heap, 1) end
    end
    for number, lane in pairs(touched) do
      call('ZREMRANGEBYRANK', readyKey(number), 0, lane.taken - 1)
      dirty[number] = true
    end
    return ids
  end

  -- Of an index with more lanes than are looked at: the first lanes of each priority.
  local function addLanesOfEachBand(lanes)
    for _, index in ipairs(indexes) do
      for band = 0, HIGHEST do
        local range = { band * BAND, '(' .. string.format('%.17g', (band + 1) * BAND) }
        local entries = call('ZRANGEBYSCORE', index, range[1], range[2], 'WITHSCORES', 'LIMIT', 0, LANES_LOOKED_AT)
        for at = 1, #entries, 2 do
          local number = tonumber(entries[at])
          if knownTasks[laneAt(number).task] then
            lanes[#lanes + 1] = { number = number, score = tonumber(entries[at + 1]) }
          end
        end
      end
    end
  end

  local function takeOldest(lanes, isComplete)
    if not isComplete then addLanesOfEachBand(lanes) end
    local oldest = lanes[1]
    for _, lane in ipairs(lanes) do
      if lane.score % BAND < oldest.score % BAND then oldest = lane end
    end
    return takeAllFrom(oldest, 1)
  end

  local ACTIVE_START = string.char(ACTIVE, 0, 0, 0)

  -- Makes the job active, on its stored bytes; or revokes it where it has expired. Says whether it was claimed.
  local function activate(id)
    local value = fetch(id)
    if not value then return false end
    local fence, version, workerLength, lane, expiresAt = struct.unpack(OF_CLAIM, value, AT_FENCE)
    if expiresAt ~= NONE then
      if expiresAt <= now then
        expire(unpackJob(id, value), claimer.retainMs)
        return false
      end
      call('ZREM', prefix .. 'expiring', id)
    end
    local active = ACTIVE_START .. string.sub(value, AT_FLAGS, AT_FENCE - 1) .. struct.pack('<I4I4', fence + 1, version + 1)
      .. claimer.times .. string.sub(value, AT_LANE, FRONT_BYTES) .. claimer.worker
      .. string.sub(value, FRONT_BYTES + workerLength + 1)
    put(id, active)
    local ofLane = countsOf(lane)
    ofLane[READY], ofLane[ACTIVE] = ofLane[READY] - 1, ofLane[ACTIVE] + 1
    claimed[#claimed + 1] = active
    claimedLanes[lane] = true
    activeEntries[#activeEntries + 1] = id
    activeEntries[#activeEntries + 1] = activeEntry(fence + 1, claimer.exchange)
    if isWatched then note(id, ACTIVE) end
    return true
  end

  local function activateAll(ids)
    prefetch(ids)
    local amount = 0
    for _, id in ipairs(ids) do
      if activate(id) then amount = amount + 1 end
    end
    return amount
  end

  local function chooseNext(position, wanted)
    local lanes, isComplete = findLanes(math.max(wanted, LANES_LOOKED_AT))
    if #lanes == 0 then return {} end
    if not areMixed(lanes, isComplete) then return take(lanes, wanted) end
    local untilOldest = OLDEST_EVERY - 1 - position % OLDEST_EVERY
    if untilOldest == 0 then return takeOldest(lanes, isComplete) end
    return take(lanes, math.min(wanted, untilOldest))
  end

  local function takeJobs(max)
    local start = tonumber(call('HGET', prefix .. 'meta', 'claims') or nil) or 0
    local amount, met = 0, 0
    while amount < max and met < max + MOST_EXPIRED do
      if met > 0 then flushHeads() end
      local ids = chooseNext(start + amount, max - amount)
      if #ids == 0 then break end
      met = met + #ids
      amount = amount + activateAll(ids)
    end
    if amount > 0 then call('HINCRBY', prefix .. 'meta', 'claims', amount) end
  end

  -- The next job that must run alone in its process, if the claimer may take it.
  local function findQuarantined()
    if call('EXISTS', prefix .. 'quarantine') == 0 then return nil end
    for _, id in ipairs(call('ZRANGE', prefix .. 'quarantine', 0, MOST_QUARANTINED - 1)) do
      local value = fetch(id)
      local lane = laneAt(struct.unpack('<I4', value, AT_LANE))
      local isKnown = knownTasks[lane.task] and (not claimer.queues or claimer.isQueue[lane.queue])
      if isKnown and not isPaused(lane.queue) then
        local expiresAt = struct.unpack('<d', value, AT_EXPIRES)
        if expiresAt == NONE or now < expiresAt then return id end
        expire(unpackJob(id, value), claimer.retainMs)
      end
    end
    return nil
  end

  -- Says whether a job waits for a process to itself.
  function runClaim(worker, exchange, claim)
    beginClaim(worker, exchange, claim)
    local max, alone = claim[1], claim[2]
    local only = alone and max > 0 and findQuarantined()
    if only then
      call('ZREM', prefix .. 'quarantine', only)
      activate(only)
    elseif max > 0 then
      takeJobs(max)
    end
    callWithAll('HSET', prefix .. 'a:' .. worker, activeEntries)
    return findQuarantined() ~= nil
  end
end
