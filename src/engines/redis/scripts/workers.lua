-- uses lease
-- Every registered worker. O(workers).
local workers = {}
for _, id in ipairs(call('ZRANGE', prefix .. 'workers', 0, -1)) do
  local lease = call('HMGET', leaseKey(id), 'description', 'startedAt', 'until')
  if lease[1] then
    appendAll(workers, { lease[1], tonumber(lease[2]), tonumber(lease[3]), call('HLEN', prefix .. 'a:' .. id) })
  end
end
return cmsgpack.pack(workers)
