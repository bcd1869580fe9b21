-- uses lanes, wake
-- Making jobs ready, and taking ready ones away. A job that crashed twice stands apart from the lanes, until a process
-- has nothing else to run.
local CRASHES_BEFORE_QUARANTINE = 2

local readyAdditions, readied = {}, {}
-- By lane, ids that were taken away after they may have been made ready in this same operation.
local withdrawn = {}

local function addReady(id, lane, sequence, crashes)
  readied[lane] = (readied[lane] or 0) + 1
  if crashes >= CRASHES_BEFORE_QUARANTINE then
    call('ZADD', prefix .. 'quarantine', sequence, id)
    return
  end
  local additions = readyAdditions[lane]
  if additions == nil then
    additions = { first = sequence }
    readyAdditions[lane] = additions
  end
  if sequence < additions.first then additions.first = sequence end
  additions[#additions + 1] = sequence
  additions[#additions + 1] = id
end

local function removeReady(id, lane, crashes)
  if crashes >= CRASHES_BEFORE_QUARANTINE then
    call('ZREM', prefix .. 'quarantine', id)
    return
  end
  call('ZREM', readyKey(lane), id)
  if readyAdditions[lane] then
    withdrawn[lane] = withdrawn[lane] or {}
    table.insert(withdrawn[lane], id)
  end
end

local function flushReady()
  local numbers = {}
  for lane in pairs(readyAdditions) do numbers[#numbers + 1] = lane end
  loadLanes(numbers)
  for _, number in ipairs(numbers) do
    callWithAll('ZADD', readyKey(number), readyAdditions[number])
    announceHead(laneAt(number), readyAdditions[number].first)
    callWithAll('ZREM', readyKey(number), withdrawn[number] or {})
  end
  readyAdditions, withdrawn = {}, {}
  flushHeads()
end
