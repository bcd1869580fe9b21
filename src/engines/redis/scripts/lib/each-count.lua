-- uses lanes
-- Calls back with number, state and amount for each lane and state with jobs.
local function eachCount(callback)
  local stored = call('HGETALL', prefix .. 'count')
  local numbers = {}
  for at = 1, #stored, 2 do numbers[#numbers + 1] = struct.unpack('<I4', stored[at]) end
  loadLanes(numbers)
  for index, number in ipairs(numbers) do
    local ofLane = { struct.unpack(COUNTS, stored[index * 2]) }
    for state = WAITING, REVOKED do
      if ofLane[state] ~= 0 then callback(number, state, ofLane[state]) end
    end
  end
end
