-- uses relief, finish, lease, history
-- Renews a lease, and brings the engine's and the worker's view of what it runs together. O(jobs held).
-- `held`: false, or {id, fence, …}, the pending exchanges and the number of the next one.
local worker, leaseMs, held, pending, nextExchange = request[1], request[2], request[3], request[4], request[5]
local marks = history()
local isKnown = call('EXISTS', leaseKey(worker)) == 1
if isKnown then renewLease(worker, leaseMs) end
if not held then return cmsgpack.pack({ marks, isKnown, {}, {}, 0 }) end

local active = readHash(prefix .. 'a:' .. worker)
local isPending = {}
for _, exchange in ipairs(pending) do isPending[exchange] = true end

local lost, running, isHeld = {}, {}, {}
for at = 1, #held, 2 do
  local id, fence = held[at], held[at + 1]
  local entry = active[id]
  if entry and struct.unpack('<I4', entry) == fence then
    running[#running + 1] = id
    isHeld[id] = true
  else
    lost[#lost + 1] = id
  end
end

local revoked = {}
local reasons = #running > 0 and call('EXISTS', prefix .. 'asked') == 1 and readAll('HMGET', prefix .. 'asked', running) or {}
for index, reason in ipairs(reasons) do
  if reason then
    revoked[#revoked + 1] = running[index]
    revoked[#revoked + 1] = reason
  end
end

local reclaimed = 0
for id, entry in pairs(active) do
  local exchange = struct.unpack('<I4', entry, 5)
  if not isHeld[id] and not isPending[exchange] and exchange < nextExchange then
    useFinish()
    local value = fetch(id)
    if value then giveBack(unpackJob(id, value)) else call('HDEL', prefix .. 'a:' .. worker, id) end
    reclaimed = reclaimed + 1
  end
end
flush()
return cmsgpack.pack({ marks, isKnown, lost, revoked, reclaimed })
