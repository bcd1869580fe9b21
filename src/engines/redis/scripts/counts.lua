-- uses lanes
-- For each lane and state with jobs: queue, task, state and how many. O(lanes).
local counted = call('HGETALL', prefix .. 'count')
local numbers = {}
for at = 1, #counted, 2 do
  local number, state = string.match(counted[at], '^(%d+):(%d+)$')
  local lane = laneAt(tonumber(number))
  appendAll(numbers, { lane.queue, lane.task, tonumber(state), tonumber(counted[at + 1]) })
end
return cmsgpack.pack(numbers)
