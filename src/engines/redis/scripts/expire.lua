-- uses relief, finish
-- Revokes at most `max` jobs that passed their expiry unclaimed. O(jobs revoked · log jobs that can expire).
useFinish()
local max, retainMs = request[1], request[2]
local ids = call('ZRANGEBYSCORE', prefix .. 'expiring', '-inf', now, 'LIMIT', 0, max)
local amount = 0
for _, id in ipairs(ids) do
  local value = fetch(id)
  -- One before it may have taken it along, or an exchange that pushed it.
  if value and isLive(string.byte(value, 1)) then
    expire(unpackJob(id, value), retainMs)
    amount = amount + 1
  else
    call('ZREM', prefix .. 'expiring', id)
  end
end
flush()
return cmsgpack.pack(amount)
