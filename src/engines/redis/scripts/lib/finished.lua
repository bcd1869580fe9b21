-- uses context
-- Finished jobs stand in one list for each length of retention, the first to finish first. An entry is the end, the job's
-- version then, and its id: one whose job has another version by now is passed over. Those that a retry must find
-- here, whatever moves others away, stand in lists of their own, `u` behind the retention.
local function finishedEntry(endedAt, version, id) return struct.pack('<dI4', endedAt, version) .. id end

local additionsByRetention = {}

local function addFinished(retainMs, entry)
  local additions = additionsByRetention[retainMs]
  if additions == nil then
    additions = {}
    additionsByRetention[retainMs] = additions
  end
  additions[#additions + 1] = entry
end

local function flushFinished()
  for retainMs, additions in pairs(additionsByRetention) do
    local retention = type(retainMs) == 'number' and string.format('%.17g', retainMs) or retainMs
    call('HSET', prefix .. 'retentions', retention, 1)
    callWithAll('RPUSH', prefix .. 'f:' .. retention, additions)
  end
  additionsByRetention = {}
end
