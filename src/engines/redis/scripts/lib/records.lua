-- uses context
-- Records of a kind: a hash by id, in which each is its version, when it is due and when it goes, then its value; beside it
-- all ids in order, and those with a time by when they are due. Those that go stand in one set for all kinds.
local RECORD_HEAD = '<I4dd'

local function recordsKey(kind) return prefix .. 'records:' .. kind end
local function recordIdsKey(kind) return prefix .. 'record-ids:' .. kind end
local function recordsDueKey(kind) return prefix .. 'records-due:' .. kind end
local LAPSING = 'records-lapsing'

local function isThere(stored)
  if not stored then return false end
  local _, _, goneAt = struct.unpack(RECORD_HEAD, stored)
  return goneAt == NONE or goneAt > now
end

local function dueAtOf(stored)
  local _, dueAt = struct.unpack(RECORD_HEAD, stored)
  return dueAt
end

-- For each id the record as it is stored, or false.
local function readRecords(kind, ids)
  local found = readAll('HMGET', recordsKey(kind), ids)
  for index, stored in ipairs(found) do found[index] = isThere(stored) and stored end
  return found
end

-- No name holds a control character.
local function lapsingMember(kind, id) return kind .. '\0' .. id end

local function removeRecord(kind, id)
  call('HDEL', recordsKey(kind), id)
  call('ZREM', recordIdsKey(kind), id)
  call('ZREM', recordsDueKey(kind), id)
  call('ZREM', prefix .. LAPSING, lapsingMember(kind, id))
end
