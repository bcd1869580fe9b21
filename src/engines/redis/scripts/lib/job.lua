-- uses context
-- A job is one string: a front that most changes rewrite, worker and result, a middle, then key, headers, input and id, and
-- its node where it is part of a workflow. It takes a third of the memory of a hash (432 bytes against 1,440: values over 64 do not fit a hash's compact form), and a
-- batch is read and written by one MGET and one MSET.
--
-- Redis' Lua hashes every byte of every string that it makes: a sixth of the time of an exchange with inputs of 100 bytes.
-- Hence few and short parts, and none where a whole string will do.
--
-- A node is how many slots are still to be filled, then packed {workflow, slots, links, dueKind, due}, then the length of
-- that. `links`: for each the target, its slot, and after which end (ON_*). `due` counts from when the last slot is filled.
local WAITING, SCHEDULED, READY, ACTIVE, SUCCEEDED, FAILED, REVOKED = 1, 2, 3, 4, 5, 6, 7

-- state, settled kind, settled state, result kind, flags, crashes, failures, fence, version, started, finished, retain,
-- lengths of worker and result, lane, sequence, expires
local FRONT = '<BBBBBBI4I4I4dddI2I4I4dd'
local FRONT_BYTES = 68
-- ack, input kind, priority, created, due, lengths of key, headers, input and id
local MIDDLE = '<BBBddI2I4I4I2'
local MIDDLE_BYTES = 31

-- Where single fields of a stored job begin.
local AT_FLAGS, AT_CRASHES, AT_FENCE, AT_VERSION, AT_STARTED, AT_FINISHED, AT_LANE, AT_SEQUENCE, AT_EXPIRES = 5, 6, 11, 15, 19, 27, 49, 53, 61

-- Single fields, with the others between them passed over. State, flags, fence, version, length of the worker, lane.
local OF_SUCCESS = '<BxxxBxxxxxI4I4xxxxxxxxxxxxxxxxxxxxxxxxI2xxxxI4'
-- From the flags on: flags, fence, version, length of the worker, lane, expires.
local OF_CLAIM = '<BxxxxxI4I4xxxxxxxxxxxxxxxxxxxxxxxxI2xxxxI4xxxxxxxxd'

local NOW_PACKED = struct.pack('<d', now)

-- FLAG_LACKING: slots are still to be filled.
local FLAG_KEYED, FLAG_MORE, FLAG_ASKED, FLAG_NODE, FLAG_LACKING = 1, 2, 4, 8, 16

local function isLive(state) return state <= ACTIVE end

-- Every field of a stored job, to be changed and packed again.
local function unpackJob(id, value)
  local job = { id = id }
  job.state, job.settledKind, job.settledState, job.resultKind, job.flags, job.crashes, job.failures, job.fence,
    job.version, job.startedAt, job.finishedAt, job.retainMs, job.workerLength, job.resultLength, job.lane, job.sequence,
    job.expiresAt = struct.unpack(FRONT, value)
  local resultAt = FRONT_BYTES + job.workerLength + 1
  local middleAt = resultAt + job.resultLength
  job.worker = string.sub(value, FRONT_BYTES + 1, resultAt - 1)
  job.result = string.sub(value, resultAt, middleAt - 1)
  job.ack, job.inputKind, job.priority, job.createdAt, job.dueAt, job.keyLength, job.headersLength, job.inputLength,
    job.idLength = struct.unpack(MIDDLE, value, middleAt)
  job.rest = string.sub(value, middleAt + MIDDLE_BYTES)
  job.key = string.sub(job.rest, 1, job.keyLength)
  job.hasKey = job.flags % 2 >= FLAG_KEYED
  job.hasMore = job.flags % 4 >= FLAG_MORE
  job.isAsked = job.flags % 8 >= FLAG_ASKED
  if job.flags >= FLAG_NODE then
    local nodeAt = job.keyLength + job.headersLength + job.inputLength + job.idLength + 1
    job.awaited = struct.unpack('<I4', job.rest, nodeAt)
    job.node = string.sub(job.rest, nodeAt + 4, -5)
    job.rest = string.sub(job.rest, 1, nodeAt - 1)
  end
  return job
end

local function packJob(job)
  local flags = (job.hasKey and FLAG_KEYED or 0) + (job.hasMore and FLAG_MORE or 0) + (job.isAsked and FLAG_ASKED or 0)
  local node = ''
  if job.node then
    flags = flags + FLAG_NODE + (job.awaited > 0 and FLAG_LACKING or 0)
    node = struct.pack('<I4', job.awaited) .. job.node .. struct.pack('<I4', #job.node)
  end
  return struct.pack(FRONT, job.state, job.settledKind, job.settledState, job.resultKind, flags, math.min(job.crashes, 255),
      job.failures, job.fence, job.version, job.startedAt, job.finishedAt, job.retainMs, #job.worker, #job.result, job.lane,
      job.sequence, job.expiresAt)
    .. job.worker .. job.result
    .. struct.pack(MIDDLE, job.ack, job.inputKind, job.priority, job.createdAt, job.dueAt, job.keyLength, job.headersLength,
      job.inputLength, job.idLength)
    .. job.rest .. node
end

-- What this operation has read and written: jobs are written together, at its end.
local loaded = {}
-- Key and job, one after the other; where in it a job's value stands.
local writes, placeOf = {}, {}

local function jobKey(id) return prefix .. 'j:' .. id end
local function moreKey(id) return prefix .. 'm:' .. id end

local function prefetch(ids)
  for from = 1, #ids, MOST_ARGUMENTS do
    local keys = {}
    for index = from, math.min(from + MOST_ARGUMENTS - 1, #ids) do keys[#keys + 1] = jobKey(ids[index]) end
    local values = call('MGET', unpack(keys))
    for index = 1, #keys do loaded[ids[from + index - 1]] = values[index] end
  end
end

-- The job as stored, or false.
local function fetch(id)
  local place = placeOf[id]
  if place ~= nil then return writes[place] end
  local value = loaded[id]
  if value == nil then return call('GET', jobKey(id)) end
  return value
end

local function put(id, value, key)
  local place = placeOf[id]
  if place == nil then
    place = #writes + 2
    placeOf[id] = place
    writes[place - 1] = key or jobKey(id)
  end
  writes[place] = value
end

local function flushJobs()
  for from = 1, #writes, MOST_ARGUMENTS do
    call('MSET', unpack(writes, from, math.min(from + MOST_ARGUMENTS - 1, #writes)))
  end
  loaded, writes, placeOf = {}, {}, {}
end
