-- uses finish, candidates
-- Gives ready jobs to a worker: by priority (9 first, but one in 20 takes the oldest), then by push order.
-- O(jobs taken · log jobs taken + indexes + lanes taken from).
--
-- `claim`: {max, alone, retention, queues or false, tasks}.
local runClaim, claimed, claimedLanes, claimedSlots

-- Made where it is needed, as lib/push.lua.
local function useClaim()
  if runClaim then return end
  useCandidates()
  local OLDEST_EVERY = 20
  -- Of expired jobs, met on the way and revoked; the next claim goes on.
  local MOST_EXPIRED = 1000
  local MOST_QUARANTINED = 1000

  local claimer, knownTasks
  claimed = {}
  claimedLanes = {}
  -- The number of a claimed job that is part of a workflow, from 0, and its slots; 0 where these are too much for the reply,
  -- and are to be asked for by slots.lua.
  claimedSlots = {}
  local activeEntries = {}
  local slotBytes = 0

  -- Number and content in turn.
  local function slotsOf(id)
    local slots = {}
    for _, slot in ipairs(slotBytes < MOST_SLOT_BYTES and call('HKEYS', slotsKey(id)) or {}) do
      local content = call('HGET', slotsKey(id), slot)
      slots[#slots + 1] = slot
      slots[#slots + 1] = content
      slotBytes = slotBytes + #content
      if slotBytes >= MOST_SLOT_BYTES then break end
    end
    return slotBytes < MOST_SLOT_BYTES and slots or 0
  end

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
    if claimer.queues then claimer.queues, claimer.isQueue = distinct(claimer.queues) end
    local indexes = {}
    for _, name in ipairs(claimer.queues or tasks) do
      indexes[#indexes + 1] = claimer.queues and queueIndex(name) or taskIndex(name)
    end
    lookAt(indexes, claimer.queues and knownTasks)
  end

  -- What is kept of a claim beside its worker: the fence, and the number of the exchange that brought it.
  local function activeEntry(fence, exchange) return struct.pack('<I4I4', fence, exchange) end

  local ACTIVE_START = string.char(ACTIVE, 0, 0, 0)

  -- Makes the job active, on its stored bytes; or revokes it where it has expired. Says whether it was claimed.
  local function activate(id)
    local value = fetch(id)
    if not value then return false end
    local flags, fence, version, workerLength, lane, expiresAt = struct.unpack(OF_CLAIM, value, AT_FLAGS)
    if expiresAt ~= NONE then
      if expiresAt <= now then
        useFinish()
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
    if flags >= FLAG_NODE then appendAll(claimedSlots, { #claimed, slotsOf(id) }) end
    claimed[#claimed + 1] = active
    claimedLanes[lane] = true
    activeEntries[#activeEntries + 1] = id
    activeEntries[#activeEntries + 1] = activeEntry(fence + 1, claimer.exchange)
    if isWatched then note(id, ACTIVE, active) end
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
    if not areMixed() then return takeFirst(wanted) end
    local untilOldest = OLDEST_EVERY - 1 - position % OLDEST_EVERY
    if untilOldest == 0 then return takeOldest() end
    return takeFirst(math.min(wanted, untilOldest))
  end

  local function takeJobs(max)
    local start = tonumber(call('HGET', prefix .. 'meta', 'claims') or nil) or 0
    local amount, met = 0, 0
    while amount < max and met < max + MOST_EXPIRED do
      local ids = chooseNext(start + amount, max - amount)
      if #ids == 0 then break end
      met = met + #ids
      amount = amount + activateAll(ids)
    end
    correctHeads()
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
        useFinish()
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
