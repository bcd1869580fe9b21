-- uses flush, leave, records
-- Removes at most `max` finished jobs: those past their retention, then the first to finish beyond `maxFinished`; and at most
-- as many records past their time. O(jobs and records removed + entries passed over + retentions).
local max, maxFinished = request[1], request[2]
-- Of entries whose job was removed or retried by hand.
local MOST_PASSED_OVER = 10000
local ENTRY_HEAD = 12
local CHUNK = 200
local pruned, passedOver = 0, 0

local function removeFinished(ids)
  local keys = {}
  for _, id in ipairs(ids) do
    keys[#keys + 1] = jobKey(id)
    keys[#keys + 1] = moreKey(id)
  end
  call('UNLINK', unpack(keys))
  callWithAll('ZREM', prefix .. 'ids', ids)
  pruned = pruned + #ids
end

-- The ids of those entries whose job is still what they say.
local function currentOf(entries)
  local ids = {}
  for _, entry in ipairs(entries) do
    local id = string.sub(entry, ENTRY_HEAD + 1)
    local front = call('GETRANGE', jobKey(id), 0, FRONT_BYTES - 1)
    if #front > 0 and string.byte(front, 1) > ACTIVE and string.sub(front, AT_VERSION, AT_VERSION + 3) == string.sub(entry, 9, ENTRY_HEAD) then
      local state, lane = string.byte(front, 1), struct.unpack('<I4', front, AT_LANE)
      count(lane, state, -1)
      note(id, state)
      if hasNode(front) then leaveWorkflow(id, readNode(id)) end
      ids[#ids + 1] = id
    end
  end
  return ids
end

-- Takes the first entries of a list off, as long as they ended before `before`; says whether there may be more.
local function pruneFrom(key, before, amount)
  local entries = call('LRANGE', key, 0, math.min(amount, CHUNK) - 1)
  local due = {}
  for _, entry in ipairs(entries) do
    if struct.unpack('<d', entry) > before then break end
    due[#due + 1] = entry
  end
  if #due == 0 then return false end
  local ids = currentOf(due)
  if #ids > 0 then removeFinished(ids) end
  call('LTRIM', key, #due, -1)
  passedOver = passedOver + #due - #ids
  return #due == #entries
end

-- Of a list's name.
local function retentionOf(name) return tonumber((string.gsub(name, 'u$', ''))) end

local function mayGoOn(limit) return pruned < limit and passedOver < MOST_PASSED_OVER end

local lists = {}
for _, retention in ipairs(call('HKEYS', prefix .. 'retentions')) do
  local key = prefix .. 'f:' .. retention
  while mayGoOn(max) and pruneFrom(key, now - retentionOf(retention), max - pruned) do end
  if call('EXISTS', key) == 0 then call('HDEL', prefix .. 'retentions', retention) else lists[#lists + 1] = key end
end
flushCounts()

-- The list whose first job finished before all others, and when the first of any other did.
local function firstToFinish()
  local first, firstAt, secondAt
  for _, key in ipairs(lists) do
    local head = call('LINDEX', key, 0)
    local at = head and struct.unpack('<d', head)
    if at and (firstAt == nil or at < firstAt) then
      first, firstAt, secondAt = key, at, firstAt
    elseif at and (secondAt == nil or at < secondAt) then
      secondAt = at
    end
  end
  return first, secondAt or math.huge
end

local excess = (tonumber(call('HGET', prefix .. 'meta', 'finished') or nil) or 0) - maxFinished
local limit = math.min(max, pruned + math.max(excess, 0))
while mayGoOn(limit) do
  local key, before = firstToFinish()
  if key == nil then break end
  pruneFrom(key, before, limit - pruned)
end
flushCounts()
flushChanges()

for _, member in ipairs(call('ZRANGEBYSCORE', prefix .. LAPSING, '-inf', now, 'LIMIT', 0, max)) do
  removeRecord(string.match(member, '^(.-)%z(.*)$'))
end
return cmsgpack.pack(pruned)
