-- uses context
-- One lease a worker: until when it runs, and since when it was renewed without a gap.
local function leaseKey(worker) return prefix .. 'w:' .. worker end

local function renewLease(worker, leaseMs)
  local lease = call('HMGET', leaseKey(worker), 'until', 'steadySince')
  local hasLapsed = not lease[1] or now >= tonumber(lease[1])
  call('HSET', leaseKey(worker), 'until', now + leaseMs, 'leaseMs', leaseMs,
    'steadySince', hasLapsed and now or lease[2])
  call('ZADD', prefix .. 'workers', now + leaseMs, worker)
end

-- Whether its lease runs, and has run without a gap for one full lease.
local function isSteady(worker)
  local lease = call('HMGET', leaseKey(worker), 'until', 'steadySince', 'leaseMs')
  return lease[1] and now < tonumber(lease[1]) and now - tonumber(lease[2]) >= tonumber(lease[3])
end

local function removeLease(worker)
  call('UNLINK', leaseKey(worker), prefix .. 'a:' .. worker)
  call('ZREM', prefix .. 'workers', worker)
end
