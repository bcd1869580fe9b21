-- uses each-count
-- For each lane and state with jobs: queue, task, state and how many. O(lanes).
local numbers = {}
eachCount(function(number, state, amount)
  local lane = laneAt(number)
  appendAll(numbers, { lane.queue, lane.task, state, amount })
end)
return cmsgpack.pack(numbers)
