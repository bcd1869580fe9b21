-- uses lanes
-- Tells those who watch which jobs changed, where anyone says that he does.
local isWatched = call('EXISTS', prefix .. 'watched') == 1
local changed = {}

-- Who waits for a job need not ask for it then: of single changes the jobs go along. Those of a batch would be sent to
-- every process, whether it waits for them or not.
local bytesToSend, lanesToSend = 8192, {}

-- `value`: the job as it is from now on, where nothing of it is kept elsewhere.
local function note(id, state, value)
  if not isWatched then return end
  local isSent = value and #value <= bytesToSend and string.byte(value, AT_FLAGS) % 4 < FLAG_MORE
  if isSent then
    bytesToSend = bytesToSend - #value
    lanesToSend[struct.unpack('<I4', value, AT_LANE)] = true
  end
  changed[#changed + 1] = id
  changed[#changed + 1] = state
  changed[#changed + 1] = isSent and value or false
end

-- 2,000 changes in one message are about 80 KB.
local VALUES_PER_MESSAGE = 6000

local function flushChanges()
  if #changed == 0 then return end
  local lanes = describeLanes(lanesToSend)
  for from = 1, #changed, VALUES_PER_MESSAGE do
    local part = {}
    for index = from, math.min(from + VALUES_PER_MESSAGE - 1, #changed) do part[#part + 1] = changed[index] end
    call('PUBLISH', prefix .. 'changes', cmsgpack.pack({ part, lanes }))
  end
  changed = {}
end
