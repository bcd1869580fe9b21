-- uses relief, finish, lease
-- Takes at most `max` jobs from workers whose lease lapsed; a worker without any left is forgotten. Only a worker whose own
-- lease was steady for one lease may do so: after an outage everyone has lapsed, and nobody crashed.
-- O(lapsed workers + jobs taken).
local MOST_WORKERS = 100
local worker, max, retainMs = request[1], request[2], request[3]
local rescued = {}
if not isSteady(worker) then return cmsgpack.pack(rescued) end

useFinish()
local taken = 0
for _, lost in ipairs(call('ZRANGEBYSCORE', prefix .. 'workers', '-inf', now, 'LIMIT', 0, MOST_WORKERS)) do
  local ids = call('HKEYS', prefix .. 'a:' .. lost)
  local amount = math.min(#ids, max - taken)
  for index = 1, amount do
    local value = fetch(ids[index])
    if value then
      local job = unpackJob(ids[index], value)
      takeFromLost(job, retainMs)
      appendAll(rescued, { job.id, laneAt(job.lane).task, lost, job.crashes, job.state })
    else
      call('HDEL', prefix .. 'a:' .. lost, ids[index])
    end
  end
  taken = taken + amount
  if amount == #ids then
    flush()
    removeLease(lost)
  end
  if taken >= max then break end
end
flush()
return cmsgpack.pack(rescued)
