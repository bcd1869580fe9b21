-- uses context
-- Tells those who watch which jobs changed, where anyone says that he does.
local isWatched = call('EXISTS', prefix .. 'watched') == 1
local changed = {}

local function note(id, state)
  if not isWatched then return end
  changed[#changed + 1] = id
  changed[#changed + 1] = state
end

-- 2,000 changes in one message are about 80 KB.
local CHANGES_PER_MESSAGE = 4000

local function flushChanges()
  for from = 1, #changed, CHANGES_PER_MESSAGE do
    local part = {}
    for index = from, math.min(from + CHANGES_PER_MESSAGE - 1, #changed) do part[#part + 1] = changed[index] end
    call('PUBLISH', prefix .. 'changes', cmsgpack.pack(part))
  end
  changed = {}
end
