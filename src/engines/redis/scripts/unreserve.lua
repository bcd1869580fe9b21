-- uses lanes
-- Lets keys go that reserve.lua took for jobs which were not stored. `request`: for each task, key and id. O(keys).
for at = 1, #request, 3 do
  local name = keyName(request[at], request[at + 1])
  local stored = call('GET', name)
  local holder = stored and cmsgpack.unpack(stored)
  if holder and holder[4] and holder[1] == request[at + 2] then call('UNLINK', name) end
end
return ''
