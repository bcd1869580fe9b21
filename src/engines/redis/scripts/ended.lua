-- uses job
-- At most `max` jobs that ended at least `forMs` ago: id and retention, those first of each retention that ended first; not
-- those that a retry must find here, whose lists are others. It takes entries off the heads of the lists whose job was dropped, removed or retried.
-- O(jobs returned + entries passed over + retentions).
local max, forMs = request[1], request[2]
local ENTRY_HEAD = 12
local CHUNK = 500
local MOST_PASSED_OVER = 10000
local found, passedOver = {}, 0

local function isCurrent(entry)
  local id = string.sub(entry, ENTRY_HEAD + 1)
  local front = call('GETRANGE', jobKey(id), 0, FRONT_BYTES - 1)
  return #front > 0 and not isLive(string.byte(front, 1))
    and string.sub(front, AT_VERSION, AT_VERSION + 3) == string.sub(entry, 9, ENTRY_HEAD)
end

local function mayGoOn() return #found < 2 * max and passedOver < MOST_PASSED_OVER end

local function isOfThoseThatStay(retention) return tonumber(retention) == nil end

local function lookThrough(retention)
  local key = prefix .. 'f:' .. retention
  local at, stale = 0, 0
  while mayGoOn() do
    local entries = call('LRANGE', key, at, at + CHUNK - 1)
    for _, entry in ipairs(entries) do
      if struct.unpack('<d', entry) > now - forMs or not mayGoOn() then return stale end
      if isCurrent(entry) then
        appendAll(found, { string.sub(entry, ENTRY_HEAD + 1), tonumber(retention) })
      else
        passedOver = passedOver + 1
        if stale == at then stale = stale + 1 end
      end
      at = at + 1
    end
    if #entries < CHUNK then return stale end
  end
  return stale
end

for _, retention in ipairs(call('HKEYS', prefix .. 'retentions')) do
  local stale = isOfThoseThatStay(retention) and 0 or lookThrough(retention)
  if stale > 0 then call('LTRIM', prefix .. 'f:' .. retention, stale, -1) end
end
return cmsgpack.pack(found)
