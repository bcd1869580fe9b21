-- uses job
-- A lane is (queue, task, priority): its ready jobs stand in one sorted set by push order. Two kinds of index name the
-- lanes that have ready jobs, by their first job: one a task, one a queue. A claim reads the first entries of those that
-- it may take from, and so visits no job that it may not. Paused queues are in no index.
--
-- An entry may lie before the lane's first job, and even outlive the last one, but never comes too late: who makes jobs
-- ready brings it forward, and whoever claims by this index puts it right. So a claim leaves the other kind of index
-- alone, and whoever removes a ready job leaves both.

-- Above any sequence: an index orders by priority, then by the first job's place in the order of pushes.
local BAND = 562949953421312
local HIGHEST = 9

local laneCache, numberCache = {}, {}

local function cacheLane(number, packed)
  local stored = cmsgpack.unpack(packed)
  local lane = { number = number, queue = stored[1], task = stored[2], priority = stored[3] }
  laneCache[number] = lane
  return lane
end

local function laneName(queue, task, priority)
  return #queue .. ':' .. queue .. task .. ':' .. priority
end

local function laneAt(number)
  return laneCache[number] or cacheLane(number, call('HGET', prefix .. 'lanes', number))
end

-- Reads in one call what `laneAt` would read one by one.
local function loadLanes(numbers)
  local missing = {}
  for _, number in ipairs(numbers) do
    if not laneCache[number] then missing[#missing + 1] = number end
  end
  for index, packed in ipairs(readAll('HMGET', prefix .. 'lanes', missing)) do cacheLane(missing[index], packed) end
end

local function lanesOfQueue(queue) return prefix .. 'lq:' .. queue end

-- How the counters of a lane are named.
local function countName(number) return struct.pack('<I4', number) end

-- The lane's number; a lane that is new gets one.
local function laneOf(queue, task, priority)
  local name = laneName(queue, task, priority)
  local number = numberCache[name]
  if number ~= nil then return number end
  number = tonumber(call('HGET', prefix .. 'lane', name) or nil)
  if number == nil then
    number = call('HINCRBY', prefix .. 'meta', 'lanes', 1)
    call('HSET', prefix .. 'lane', name, number)
    call('HSET', prefix .. 'lanes', number, cmsgpack.pack({ queue, task, priority }))
    call('SADD', lanesOfQueue(queue), number)
  end
  numberCache[name] = number
  laneCache[number] = { number = number, queue = queue, task = task, priority = priority }
  return number
end

-- Numbers of jobs by lane and state: kept by those who change jobs, so that nobody counts. Of each lane all of them are one
-- value: text for each would be made and read for five numbers a job where every job has a lane of its own.
local counts = {}
local COUNTS = '<i4i4i4i4i4i4i4'
local NO_JOBS = string.rep('\0', 28)

local function countsOf(lane)
  local ofLane = counts[lane]
  if ofLane == nil then
    ofLane = { 0, 0, 0, 0, 0, 0, 0 }
    counts[lane] = ofLane
  end
  return ofLane
end

local function count(lane, state, by)
  local ofLane = countsOf(lane)
  ofLane[state] = ofLane[state] + by
end

local function flushCounts()
  local lanes, names = {}, {}
  for lane in pairs(counts) do
    lanes[#lanes + 1] = lane
    names[#names + 1] = countName(lane)
  end
  local kept, gone, finished = {}, {}, 0
  for index, packed in ipairs(readAll('HMGET', prefix .. 'count', names)) do
    local by = counts[lanes[index]]
    finished = finished + by[SUCCEEDED] + by[FAILED] + by[REVOKED]
    local waiting, scheduled, ready, active, succeeded, failed, revoked = struct.unpack(COUNTS, packed or NO_JOBS)
    local sum = struct.pack(COUNTS, waiting + by[WAITING], scheduled + by[SCHEDULED], ready + by[READY],
      active + by[ACTIVE], succeeded + by[SUCCEEDED], failed + by[FAILED], revoked + by[REVOKED])
    if sum ~= NO_JOBS then
      kept[#kept + 1] = names[index]
      kept[#kept + 1] = sum
    else
      gone[#gone + 1] = names[index]
    end
  end
  callWithAll('HSET', prefix .. 'count', kept)
  callWithAll('HDEL', prefix .. 'count', gone)
  if finished ~= 0 then call('HINCRBY', prefix .. 'meta', 'finished', finished) end
  counts = {}
end

local anyPaused

local function isPaused(queue)
  if anyPaused == nil then anyPaused = call('EXISTS', prefix .. 'paused') == 1 end
  return anyPaused and call('SISMEMBER', prefix .. 'paused', queue) == 1
end

-- Of an idempotency key. No name holds a control character.
local function keyName(task, key) return prefix .. 'k:' .. task .. '\0' .. key end

local function readyKey(number) return prefix .. 'r:' .. number end
local function taskIndex(task) return prefix .. 'ht:' .. task end
local function queueIndex(queue) return prefix .. 'hq:' .. queue end

-- Entries for the indexes, by the index: score and number, one after the other.
local headsByIndex = {}

local function addHeadTo(index, score, number)
  local heads = headsByIndex[index]
  if heads == nil then
    heads = {}
    headsByIndex[index] = heads
  end
  heads[#heads + 1] = score
  heads[#heads + 1] = number
end

-- The lane has a ready job at this place in the order of pushes.
local function announceHead(lane, sequence)
  if isPaused(lane.queue) then return end
  local score = (HIGHEST - lane.priority) * BAND + sequence
  addHeadTo(taskIndex(lane.task), score, lane.number)
  addHeadTo(queueIndex(lane.queue), score, lane.number)
end

local function flushHeads()
  for index, heads in pairs(headsByIndex) do
    for from = 1, #heads, MOST_ARGUMENTS do
      call('ZADD', index, 'LT', unpack(heads, from, math.min(from + MOST_ARGUMENTS - 1, #heads)))
    end
  end
  headsByIndex = {}
end

-- Number, and queue, task and priority packed as one, of each lane, for whoever reads jobs of these. `numbers` is a set.
local function describeLanes(numbers)
  local list, lanes = {}, {}
  for number in pairs(numbers) do list[#list + 1] = number end
  for index, packed in ipairs(readAll('HMGET', prefix .. 'lanes', list)) do
    lanes[#lanes + 1] = list[index]
    lanes[#lanes + 1] = packed
  end
  return lanes
end
