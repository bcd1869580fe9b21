-- uses lanes, wake
-- Making jobs ready, and taking ready ones away. A job that crashed twice stands apart from the lanes, until a process
-- has nothing else to run.
local CRASHES_BEFORE_QUARANTINE = 2

local readyAdditions, readied = {}, {}
-- Ids that were made ready in this operation, and then taken away in it.
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
  if readyAdditions[lane] then withdrawn[id] = true end
end

local function withoutWithdrawn(additions)
  local kept = { first = additions.first }
  for at = 1, #additions, 2 do
    if not withdrawn[additions[at + 1]] then appendAll(kept, { additions[at], additions[at + 1] }) end
  end
  return kept
end

local function flushReady()
  local numbers = {}
  for lane in pairs(readyAdditions) do numbers[#numbers + 1] = lane end
  loadLanes(numbers)
  local anyWithdrawn = next(withdrawn) ~= nil
  for _, number in ipairs(numbers) do
    local additions = readyAdditions[number]
    callWithAll('ZADD', readyKey(number), anyWithdrawn and withoutWithdrawn(additions) or additions)
    announceHead(laneAt(number), additions.first)
  end
  readyAdditions, withdrawn = {}, {}
  flushHeads()
end
