-- uses lanes, members
-- Which jobs a filter fits: {states, queues, tasks, workflow}, of which each is false (any), the first three lists. An empty list
-- fits none.
local function setOf(names)
  if not names then return false end
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

-- The front of a stored job, which a filter needs; or false. Not the whole, which may be 1 MB and more: Lua would hash all
-- of it, and keep it to the end of the script.
local function frontOf(id)
  local front = call('GETRANGE', jobKey(id), 0, FRONT_BYTES - 1)
  return #front > 0 and front
end

-- Where the ids stand among which the filter looks.
local function idsOf(filter)
  return filter[4] and membersKey(filter[4]) or prefix .. 'ids'
end

local function filterOf(filter)
  local isState, isQueue, isTask = setOf(filter[1]), setOf(filter[2]), setOf(filter[3])
  return function(value)
    if isState and not isState[string.byte(value, 1)] then return false end
    if not isQueue and not isTask then return true end
    local lane = laneAt(struct.unpack('<I4', value, AT_LANE))
    return (not isQueue or isQueue[lane.queue] or false) and (not isTask or isTask[lane.task] or false)
  end
end
