-- uses members
-- What fills the slots of a claimed job, number and content in turn, as much as fits into a reply; then the number to go on
-- from, which is beyond the last where that is all. O(slots looked at).
local id, slot, last = request[1], request[2], request[3]
local slots, bytes = {}, 0
while slot <= last and bytes < MOST_SLOT_BYTES do
  local content = call('HGET', slotsKey(id), slot)
  if content then
    slots[#slots + 1] = tostring(slot)
    slots[#slots + 1] = content
    bytes = bytes + #content
  end
  slot = slot + 1
end
return cmsgpack.pack({ slots, slot })
