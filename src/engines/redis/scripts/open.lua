-- uses relief, context
-- Begins a namespace where there is none, and says how it stands: the format of what is stored, its epoch, the writes so
-- far, and this server's clock. `request`: the format of this code and a new epoch.
call('HSETNX', prefix .. 'meta', 'format', request[1])
call('HSETNX', prefix .. 'meta', 'epoch', request[2])
local meta = call('HMGET', prefix .. 'meta', 'format', 'epoch', 'writes')
return cmsgpack.pack({ tonumber(meta[1]), meta[2], tonumber(meta[3] or nil) or 0, now })
