-- uses lanes
-- Tells waiting workers that jobs have become ready: no more of them than there are jobs, one message each. Workers of
-- one interest wait in one line. Who is told leaves it; a message that nobody received was for a process that is gone.
local MOST_ADDRESSED = 100

local function contains(list, name)
  for _, one in ipairs(list) do
    if one == name then return true end
  end
  return false
end

local function wakeOne(group)
  for _ = 1, MOST_ADDRESSED do
    local popped = call('ZPOPMIN', prefix .. 'i:' .. group)
    if #popped == 0 then
      call('HDEL', prefix .. 'idle', group)
      return false
    end
    local process, waiter = string.match(popped[1], '^(.*) (%d+)$')
    if call('PUBLISH', prefix .. 'wake:' .. process, waiter) > 0 then return true end
  end
  return false
end

-- `amounts`: by lane, how many jobs became ready.
local function wakeFor(amounts)
  if next(amounts) == nil or call('EXISTS', prefix .. 'idle') == 0 then return end
  local groups = readHash(prefix .. 'idle')
  for number, amount in pairs(amounts) do
    local lane = laneAt(number)
    if not isPaused(lane.queue) then
      for group, packed in pairs(groups) do
        local interest = cmsgpack.unpack(packed)
        local queues, tasks = interest[1], interest[2]
        local fits = contains(tasks, lane.task) and (not queues or contains(queues, lane.queue))
        while fits and amount > 0 and wakeOne(group) do amount = amount - 1 end
      end
    end
  end
end
