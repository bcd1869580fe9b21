-- uses each-count
-- The numbers of every lane with jobs, the paused queues, and for each lane with ready jobs its first one. O(lanes).
local numbers, heads = {}, {}
eachCount(function(number, state, amount)
  local lane = laneAt(number)
  appendAll(numbers, { lane.queue, lane.task, state, amount })
  if state == READY then
    local first = call('ZRANGE', readyKey(number), 0, 0, 'WITHSCORES')
    if #first > 0 then heads[#heads + 1] = { lane.queue, first[1], tonumber(first[2]) } end
  end
end)
local quarantined = call('ZRANGE', prefix .. 'quarantine', 0, 99, 'WITHSCORES')
for at = 1, #quarantined, 2 do
  local value = fetch(quarantined[at])
  local queue = laneAt(struct.unpack('<I4', value, AT_LANE)).queue
  heads[#heads + 1] = { queue, quarantined[at], tonumber(quarantined[at + 1]) }
end

local oldest = {}
for _, head in ipairs(heads) do
  local known = oldest[head[1]]
  if known == nil or head[3] < known[3] then oldest[head[1]] = head end
end
local readySince = {}
for queue, head in pairs(oldest) do
  local value = fetch(head[2])
  if value then
    local job = unpackJob(head[2], value)
    readySince[#readySince + 1] = queue
    readySince[#readySince + 1] = math.max(job.createdAt, job.dueAt)
  end
end
return cmsgpack.pack({ numbers, readySince, call('SMEMBERS', prefix .. 'paused') })
