-- uses lanes
-- Tells waiting workers that jobs have become ready: no more of them than there are jobs, one message each. Workers of
-- one interest wait in one line. Who is told leaves it; a message that nobody received was for a process that is gone.
local wakeFor

do
  local MOST_ADDRESSED = 100

  local function fits(interest, lane)
    local queues, tasks = interest[1], interest[2]
    local hasTask = false
    for _, task in ipairs(tasks) do
      if task == lane.task then
        hasTask = true
        break
      end
    end
    if not hasTask then return false end
    if not queues then return true end
    for _, queue in ipairs(queues) do
      if queue == lane.queue then return true end
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
  function wakeFor(amounts)
    if next(amounts) == nil or call('EXISTS', prefix .. 'idle') == 0 then return end
    local groups = readHash(prefix .. 'idle')
    for number, amount in pairs(amounts) do
      local lane = laneAt(number)
      if not isPaused(lane.queue) then
        for group, packed in pairs(groups) do
          local interest = cmsgpack.unpack(packed)
          while amount > 0 and fits(interest, lane) and wakeOne(group) do amount = amount - 1 end
        end
      end
    end
  end
end
