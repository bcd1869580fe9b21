-- uses relief, context
-- Begins a namespace where there is none, and says how it stands: the format of what is stored, its epoch, the writes so
-- far, this server's clock, and how many partitions there are. `request`: the format of this code, a new epoch, and the
-- partitions of a new namespace.
local isNew = call('HSETNX', prefix .. 'meta', 'format', request[1]) == 1
if isNew and request[3] > 1 then call('HSET', prefix .. 'meta', 'partitions', request[3]) end
call('HSETNX', prefix .. 'meta', 'epoch', request[2])
local meta = call('HMGET', prefix .. 'meta', 'format', 'epoch', 'writes', 'partitions')
return cmsgpack.pack({ tonumber(meta[1]), meta[2], tonumber(meta[3] or nil) or 0, now, tonumber(meta[4] or nil) or 1 })
