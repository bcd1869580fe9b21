-- uses records
-- The first `max` records of a kind that are due: id and record in turn; then this server's clock, and how long until the next
-- is due that is not among these, or NONE. O(records returned + lapsed ones passed over).
local kind, max = request[1], request[2]
local due, following = {}, NONE
local place = 0

-- One more than is asked for: the next.
while following == NONE do
  local wanted = max - #due / 2 + 1
  local ids = call('ZRANGE', recordsDueKey(kind), place, place + wanted - 1)
  for index, stored in ipairs(readRecords(kind, ids)) do
    if stored and dueAtOf(stored) <= now and #due / 2 < max then
      appendAll(due, { ids[index], stored })
    elseif stored and following == NONE then
      following = math.max(0, dueAtOf(stored) - now)
    end
  end
  if #ids < wanted then break end
  place = place + #ids
end
return cmsgpack.pack({ due, now, following })
