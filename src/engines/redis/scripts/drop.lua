-- uses lanes, leave
-- Removes jobs that are still finished and in their version: `request` has id and version in turn. Keys stay, and nobody
-- is told. Their entries in the lists of finished jobs are passed over from now on. It first frees memory, so that it is not
-- refused where that is full. O(jobs).
local names, ids = {}, {}
for at = 1, #request, 2 do
  local id, version = request[at], request[at + 1]
  local value = fetch(id)
  if value and not isLive(string.byte(value, 1)) and struct.unpack('<I4', value, AT_VERSION) == version then
    count(struct.unpack('<I4', value, AT_LANE), string.byte(value, 1), -1)
    if hasNode(value) then leaveWorkflow(id, readNode(id)) end
    appendAll(names, { jobKey(id), moreKey(id) })
    ids[#ids + 1] = id
  end
end
for from = 1, #names, MOST_ARGUMENTS do
  call('UNLINK', unpack(names, from, math.min(from + MOST_ARGUMENTS - 1, #names)))
end
callWithAll('ZREM', prefix .. 'ids', ids)
flushCounts()
return cmsgpack.pack(#ids)
