-- uses relief, flush
-- Makes at most `max` due jobs ready, the first due first. O(jobs promoted · log scheduled).
local max = request
local ids = call('ZRANGEBYSCORE', prefix .. 'scheduled', '-inf', now, 'LIMIT', 0, max)
prefetch(ids)
for _, id in ipairs(ids) do
  local value = fetch(id)
  if value then
    local version = struct.unpack('<I4', value, AT_VERSION)
    put(id, string.char(READY) .. string.sub(value, 2, AT_VERSION - 1) .. struct.pack('<I4', version + 1)
      .. string.sub(value, AT_STARTED))
    local lane, sequence = struct.unpack('<I4d', value, AT_LANE)
    count(lane, SCHEDULED, -1)
    count(lane, READY, 1)
    addReady(id, lane, sequence, string.byte(value, AT_CRASHES))
    note(id, READY)
  end
end
callWithAll('ZREM', prefix .. 'scheduled', ids)
flush()
local following = call('ZRANGE', prefix .. 'scheduled', 0, 0, 'WITHSCORES')
local nextDueInMs = following[2] and math.max(0, tonumber(following[2]) - now) or NONE
return cmsgpack.pack({ #ids, nextDueInMs })
