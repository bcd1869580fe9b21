-- uses lanes
-- Jobs by their ids: O(ids).
local ids = request
prefetch(ids)
local values, more, lanes = {}, {}, {}
for index, id in ipairs(ids) do
  local value = fetch(id)
  values[index] = value or ''
  if value then lanes[struct.unpack('<I4', value, AT_LANE)] = true end
  if value and string.byte(value, AT_FLAGS) % 4 >= FLAG_MORE then
    more[#more + 1] = index - 1
    more[#more + 1] = call('HGETALL', moreKey(id))
  end
end
return cmsgpack.pack({ values, more, describeLanes(lanes) })
