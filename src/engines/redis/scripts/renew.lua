-- uses relief, lease
-- Renews the lease of a worker that is known. O(log workers).
local worker, leaseMs = request[1], request[2]
local isKnown = call('EXISTS', leaseKey(worker)) == 1
if isKnown then renewLease(worker, leaseMs) end
return cmsgpack.pack(isKnown)
