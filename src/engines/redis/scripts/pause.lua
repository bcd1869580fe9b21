-- uses relief, ready, queue-lanes
-- Pauses or resumes a queue: takes its lanes out of the indexes, or puts them back. O(its lanes).
local queue, pausing = request[1], request[2]
call(pausing and 'SADD' or 'SREM', prefix .. 'paused', queue)
local numbers, counters = readLanesOf(queue)

local function takeOut()
  for _, number in ipairs(numbers) do
    call('ZREM', taskIndex(laneAt(number).task), number)
  end
  call('UNLINK', queueIndex(queue))
end

local function putBack()
  local amounts = {}
  for index, packed in ipairs(counters) do
    local number = numbers[index]
    local ready = packed and select(READY, struct.unpack(COUNTS, packed)) or 0
    if ready > 0 then amounts[number] = ready end
    local first = call('ZRANGE', readyKey(number), 0, 0, 'WITHSCORES')
    if #first > 0 then announceHead(laneAt(number), tonumber(first[2])) end
  end
  flushHeads()
  wakeFor(amounts)
end

if pausing then takeOut() else putBack() end
return ''
