-- uses relief, lease
-- Registers a worker, or changes what it says of itself. O(log workers).
local id, description, leaseMs = request[1], request[2], request[3]
call('HSETNX', leaseKey(id), 'startedAt', now)
call('HSET', leaseKey(id), 'description', description)
renewLease(id, leaseMs)
return ''
