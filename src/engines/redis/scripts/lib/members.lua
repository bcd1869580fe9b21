-- uses job
-- The jobs of each workflow stand in a sorted set by id, as all jobs do in `ids`. What goes takes the slots along that were
-- filled for it: a hash, each slot packed as lib/workflow.lua does.
local function membersKey(workflow) return prefix .. 'wf:' .. workflow end
local function slotsKey(id) return prefix .. 's:' .. id end

-- Of a stored job only its node is read: the whole may be 1 MB and more.
local function readNode(id)
  local length = struct.unpack('<I4', call('GETRANGE', jobKey(id), -4, -1))
  return call('GETRANGE', jobKey(id), -4 - length, -5)
end

-- A job that goes leaves its workflow.
local function leaveWorkflow(id, node)
  call('UNLINK', slotsKey(id))
  call('ZREM', membersKey(cmsgpack.unpack(node)[1]), id)
end
