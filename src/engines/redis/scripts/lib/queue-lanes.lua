-- uses lanes
-- Of a queue's lanes the numbers, and the counters as packed, or false.
local function readLanesOf(queue)
  local numbers, names = {}, {}
  for index, member in ipairs(call('SMEMBERS', lanesOfQueue(queue))) do
    numbers[index] = tonumber(member)
    names[index] = countName(numbers[index])
  end
  return numbers, readAll('HMGET', prefix .. 'count', names)
end
