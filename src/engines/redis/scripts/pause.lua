-- uses ready
-- Pauses or resumes a queue: takes its lanes out of the indexes, or puts them back. O(lanes).
local queue, pausing = request[1], request[2]
call(pausing and 'SADD' or 'SREM', prefix .. 'paused', queue)
anyPaused = nil
local amounts = {}
for number, packed in pairs(readHash(prefix .. 'lanes')) do
  local stored = cmsgpack.unpack(packed)
  if stored[1] == queue then
    local lane = tonumber(number)
    dirty[lane] = true
    local ready = tonumber(call('HGET', prefix .. 'count', lane .. ':' .. READY) or nil)
    if ready ~= nil and not pausing then amounts[lane] = ready end
  end
end
flushHeads()
wakeFor(amounts)
return ''
