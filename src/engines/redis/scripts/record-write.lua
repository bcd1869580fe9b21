-- uses records, push, flush, letters, history
-- Writes records and pushes jobs, or neither. O(writes · log records + jobs).
-- `writes`: for each kind, id, the version that it was decided on, the value or false where it is to go, dueKind, due and
-- ttl or NONE. Answers false, or the number of a write, from 0, whose record has another version, or why the push is refused.
-- `letters`: what goes to other partitions.
local writes, shapes, values, letters = request[1], request[2], request[3], request[4]
local VALUES_PER_WRITE = 7
local marks = history()

local function versionOf(kind, id)
  local stored = call('HGET', recordsKey(kind), id)
  return isThere(stored) and struct.unpack(RECORD_HEAD, stored) or 0
end

local function findConflict()
  for at = 1, #writes, VALUES_PER_WRITE do
    if versionOf(writes[at], writes[at + 1]) ~= writes[at + 2] then return (at - 1) / VALUES_PER_WRITE end
  end
  return nil
end

local function setOrUnset(key, instant, member)
  if instant == NONE then call('ZREM', key, member) else call('ZADD', key, instant, member) end
end

local function write(kind, id, version, value, dueAt, ttl)
  if not value then return removeRecord(kind, id) end
  local goneAt = ttl == NONE and NONE or now + ttl
  call('HSET', recordsKey(kind), id, struct.pack(RECORD_HEAD, version, dueAt, goneAt) .. value)
  call('ZADD', recordIdsKey(kind), 0, id)
  setOrUnset(recordsDueKey(kind), dueAt, id)
  setOrUnset(prefix .. LAPSING, goneAt, lapsingMember(kind, id))
end

local function carryOutAll(plan)
  for at = 1, #writes, VALUES_PER_WRITE do
    write(writes[at], writes[at + 1], writes[at + 2] + 1, writes[at + 3], instantOf(writes[at + 4], writes[at + 5]),
      writes[at + 6])
  end
  reserveSequences(#plan.jobs)
  carryOut(shapes, values, plan)
  postLetters(letters)
  flushNew()
  flush()
end

local function run()
  local conflict = findConflict()
  if conflict then return conflict end
  usePush()
  lookUp(values)
  local plan, refusal = planPush(shapes, values, 1, #values / VALUES_PER_JOB, {})
  if plan == nil then return refusal end
  carryOutAll(plan)
  return false
end

return cmsgpack.pack({ marks, run() })
