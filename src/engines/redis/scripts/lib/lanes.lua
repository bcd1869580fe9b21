-- uses job
-- A lane is (queue, task, priority): its ready jobs stand in one sorted set by push order. Two kinds of index name the
-- lanes that have ready jobs, by their first job: one a task, one a queue. A claim reads the first entries of those that
-- it may take from, and so visits no job that it may not. Paused queues are in no index.

-- Above any sequence: an index orders by priority, then by the first job's place in the order of pushes.
local BAND = 562949953421312
local HIGHEST = 9

local laneCache, numberCache = {}, {}

local function laneName(queue, task, priority)
  return #queue .. ':' .. queue .. task .. ':' .. priority
end

local function laneAt(number)
  local lane = laneCache[number]
  if lane == nil then
    local stored = cmsgpack.unpack(call('HGET', prefix .. 'lanes', number))
    lane = { number = number, queue = stored[1], task = stored[2], priority = stored[3] }
    laneCache[number] = lane
  end
  return lane
end

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
  end
  numberCache[name] = number
  return number
end

-- Numbers of jobs by lane and state, and of unfinished ones by queue: kept by those who change jobs, so that nobody counts.
-- By number while the operation runs: to make text of numbers takes longer than all else here.
local counts = {}

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

local function depthOf(queue)
  local depth = tonumber(call('HGET', prefix .. 'depth', queue) or nil) or 0
  for lane, ofLane in pairs(counts) do
    if laneAt(lane).queue == queue then
      for state = WAITING, ACTIVE do depth = depth + ofLane[state] end
    end
  end
  return depth
end

local function increase(key, field, by)
  if by ~= 0 and call('HINCRBY', key, field, by) == 0 then call('HDEL', key, field) end
end

local function flushCounts()
  local finished = 0
  for lane, ofLane in pairs(counts) do
    local live = 0
    for state = WAITING, REVOKED do
      increase(prefix .. 'count', lane .. ':' .. state, ofLane[state])
      if isLive(state) then live = live + ofLane[state] else finished = finished + ofLane[state] end
    end
    increase(prefix .. 'depth', laneAt(lane).queue, live)
  end
  increase(prefix .. 'meta', 'finished', finished)
  counts = {}
end

local anyPaused

local function isPaused(queue)
  if anyPaused == nil then anyPaused = call('EXISTS', prefix .. 'paused') == 1 end
  return anyPaused and call('SISMEMBER', prefix .. 'paused', queue) == 1
end

-- Lanes whose first job may be another than the indexes say.
local dirty = {}

-- Of an idempotency key. No name holds a control character.
local function keyName(task, key) return prefix .. 'k:' .. task .. '\0' .. key end

local function readyKey(number) return prefix .. 'r:' .. number end
local function taskIndex(task) return prefix .. 'ht:' .. task end
local function queueIndex(queue) return prefix .. 'hq:' .. queue end

local function updateHead(number)
  local lane = laneAt(number)
  local first = call('ZRANGE', readyKey(number), 0, 0, 'WITHSCORES')
  if #first == 0 or isPaused(lane.queue) then
    call('ZREM', taskIndex(lane.task), number)
    call('ZREM', queueIndex(lane.queue), number)
    return
  end
  local score = (HIGHEST - lane.priority) * BAND + tonumber(first[2])
  call('ZADD', taskIndex(lane.task), score, number)
  call('ZADD', queueIndex(lane.queue), score, number)
end

local function flushHeads()
  for number in pairs(dirty) do updateHead(number) end
  dirty = {}
end

-- Number, queue and task of each lane, for whoever reads jobs of these. `numbers` is a set.
local function describeLanes(numbers)
  local lanes = {}
  for number in pairs(numbers) do
    local lane = laneAt(number)
    appendAll(lanes, { number, lane.queue, lane.task })
  end
  return lanes
end
