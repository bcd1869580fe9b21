-- uses members
-- A job that goes leaves its workflow, and takes its slots along.

-- `front`: of a stored job, or the whole.
local function hasNode(front) return string.byte(front, AT_FLAGS) >= FLAG_NODE end

-- Of a stored job only its node is read: the whole may be 1 MB and more.
local function readNode(id)
  local length = struct.unpack('<I4', call('GETRANGE', jobKey(id), -4, -1))
  return call('GETRANGE', jobKey(id), -4 - length, -5)
end

local function leaveWorkflow(id, node)
  call('UNLINK', slotsKey(id))
  call('ZREM', membersKey(cmsgpack.unpack(node)[1]), id)
end
