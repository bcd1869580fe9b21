-- uses ready, changes, queue-lanes, members
-- Storing new jobs, each request wholly or not at all. A request is planned as a whole before any of it is written.
--
-- `shapes`: for each what jobs have in common {queue, task, priority, ack, dueKind, due, expiresKind, expires, key,
-- inputHash, ttl, headers, workflow or false, whether it has slots}. `values`: for each job its end (input, id and node,
-- as one string, see lib/job.lua), the lengths of input and id, the input's kind and the number of its shape.
local planPush, carryOut, pushPlainly, reserveSequences, lookUp, flushNew, depthOf

local VALUES_PER_JOB = 5

-- To make its functions takes longer than a short operation that does not need them.
local function usePush()
  if planPush then return end
  local created = {}
  local newIds, newScheduled, newExpiring, newMembers = {}, {}, {}, {}
  -- 0: none of the ids is there, so none needs to be looked up.
  local standing = 1

  local function shapeOf(shapes, number)
    local shape = shapes[number]
    if shape.lane == nil then
      shape.lane = laneOf(shape[1], shape[2], shape[3])
      shape.dueAt = shape[14] and NONE or instantOf(shape[5], shape[6])
      shape.expiresAt = instantOf(shape[7], shape[8])
      shape.state = shape[14] and WAITING or shape.dueAt > now and SCHEDULED or READY
      shape.keyed = shape[9] ~= false
      shape.flags = (shape.keyed and FLAG_KEYED or 0) + (shape[13] and FLAG_NODE or 0) + (shape[14] and FLAG_LACKING or 0)
      shape.headers = shape[12] or ''
      shape.fixed = (shape[9] or '') .. shape.headers
    end
    return shape
  end

  -- The holder {id, hash, expiry, reserved} of a key that has not lapsed; `reserved`: for a job that is on its way.
  local function holderOf(task, key)
    local stored = call('GET', keyName(task, key))
    if not stored then return nil end
    local holder = cmsgpack.unpack(stored)
    if now < holder[3] then return holder end
    local value = fetch(holder[1])
    if value and isLive(string.byte(value, 1)) then return holder end
    return nil
  end

  -- Of each list of values, the ids and keys of its jobs, which are made once.
  local idsOf, keysOf = {}, {}

  local function nameJobs(values)
    local ids, keys = {}, {}
    for at = 0, #values - 1, VALUES_PER_JOB do
      local id = string.sub(values[at + 1], values[at + 2] + 1, values[at + 2] + values[at + 3])
      ids[#ids + 1] = id
      keys[#keys + 1] = jobKey(id)
    end
    idsOf[values], keysOf[values] = ids, keys
    return ids, keys
  end

  local function isStored(id)
    if created[id] == true then return true end
    return standing ~= 0 and (placeOf[id] ~= nil or call('EXISTS', jobKey(id)) == 1)
  end

  -- For one job: the id that answers to its id or key already, or nil; or a refusal.
  local function findExisting(shape, id, planned, keys)
    if planned[id] or isStored(id) then return id end
    if not shape.keyed then return nil end
    local task, key, hash = shape[2], shape[9], shape[10]
    local holder = keys[keyName(task, key)] or holderOf(task, key)
    if holder == nil then return nil end
    if holder[4] then return nil, holder[1] ~= id and { 'KEY_RESERVED', task, key } or nil end
    if holder[2] ~= hash then return nil, { 'KEY_CONFLICT', task, key, holder[1] } end
    return holder[1]
  end

  -- The unfinished jobs of a queue. O(its lanes).
  function depthOf(queue)
    local depth = 0
    local function add(ofLane)
      for state = WAITING, ACTIVE do depth = depth + ofLane[state] end
    end
    local numbers, stored = readLanesOf(queue)
    for index, packed in ipairs(stored) do
      if packed then add({ struct.unpack(COUNTS, packed) }) end
      local pending = counts[numbers[index]]
      if pending then add(pending) end
    end
    return depth
  end

  local function findFullQueue(added, limits)
    for queue, amount in pairs(added) do
      for index = 1, #limits, 2 do
        if limits[index] == queue then
          local depth = depthOf(queue)
          if depth + amount > limits[index + 1] then return { 'QUEUE_FULL', queue, depth, limits[index + 1] } end
        end
      end
    end
    return nil
  end

  -- Decides what a request would do: a plan, or nil and a refusal. `first` and `last` number its jobs in `values`.
  function planPush(shapes, values, first, last, limits)
    local ids = idsOf[values] or nameJobs(values)
    local plan, planned, keys, added = { existing = {}, jobs = {} }, {}, {}, {}
    for number = first, last do
      local at = (number - 1) * VALUES_PER_JOB
      local id, shape = ids[number], shapeOf(shapes, values[at + 5])
      local holder, refusal = findExisting(shape, id, planned, keys)
      if refusal ~= nil then return nil, refusal end
      if holder ~= nil then
        plan.existing[#plan.existing + 1] = number - first
        plan.existing[#plan.existing + 1] = holder
      else
        planned[id] = true
        plan.jobs[#plan.jobs + 1] = number
        added[shape[1]] = (added[shape[1]] or 0) + 1
        if shape.keyed then keys[keyName(shape[2], shape[9])] = { id, shape[10] } end
      end
    end
    if #limits > 0 then
      local full = findFullQueue(added, limits)
      if full ~= nil then return nil, full end
    end
    return plan
  end

  -- Of a new job, what comes before its sequence; and from the expiry on, what comes before the length of its input.
  local function startOf(shape)
    if shape.start == nil then
      local front = struct.pack(FRONT, shape.state, 0, 0, 0, shape.flags, 0, 0, 0, 1, NONE, NONE, 0, 0, 0, shape.lane, 0,
        shape.expiresAt)
      shape.start = string.sub(front, 1, AT_SEQUENCE - 1)
      shape.middle = {}
      for kind = 0, 2 do
        local middle = struct.pack(MIDDLE, shape[4], kind, shape[3], now, shape.dueAt, #(shape[9] or ''), #shape.headers, 0, 0)
        shape.middle[kind] = string.sub(front, AT_EXPIRES) .. string.sub(middle, 1, MIDDLE_BYTES - 6)
      end
    end
    return shape.start
  end

  -- Places in the order of pushes, reserved for as many jobs as may come.
  local lastSequence = 0

  -- Packed once for each pair of lengths.
  local packedLengths = {}

  local function packLengths(inputLength, idLength)
    local number = inputLength * 65536 + idLength
    local packed = packedLengths[number]
    if packed == nil then
      packed = struct.pack('<I4I2', inputLength, idLength)
      packedLengths[number] = packed
    end
    return packed
  end

  local function addMember(workflow, id)
    local members = newMembers[workflow]
    if members == nil then
      members = {}
      newMembers[workflow] = members
    end
    members[#members + 1] = '0'
    members[#members + 1] = id
  end

  local function insertJob(shapes, values, number)
    local at = (number - 1) * VALUES_PER_JOB
    local shape, id = shapeOf(shapes, values[at + 5]), idsOf[values][number]
    lastSequence = lastSequence + 1
    local sequence = lastSequence
    put(id, startOf(shape) .. struct.pack('<d', sequence) .. shape.middle[values[at + 4]]
      .. packLengths(values[at + 2], values[at + 3]) .. shape.fixed .. values[at + 1], keysOf[values][number])
    created[id] = true
    newIds[#newIds + 1] = '0'
    newIds[#newIds + 1] = id
    count(shape.lane, shape.state, 1)
    if shape.state == READY then
      addReady(id, shape.lane, sequence, 0)
    elseif shape.state == SCHEDULED then
      newScheduled[#newScheduled + 1] = shape.dueAt
      newScheduled[#newScheduled + 1] = id
    end
    if shape[13] then addMember(shape[13], id) end
    if shape.expiresAt ~= NONE then
      newExpiring[#newExpiring + 1] = shape.expiresAt
      newExpiring[#newExpiring + 1] = id
    end
    if shape.keyed then
      call('SET', keyName(shape[2], shape[9]), cmsgpack.pack({ id, shape[10], now + shape[11] }))
    end
    if isWatched then note(id, shape.state) end
  end

  function reserveSequences(amount)
    lastSequence = call('HINCRBY', prefix .. 'meta', 'sequence', amount) - amount
  end

  -- The usual request: jobs without keys or limits, of which none is there. Says whether it was one, and stores it then.
  function pushPlainly(shapes, values, first, last)
    if standing ~= 0 then return false end
    local ids = idsOf[values]
    for number = first, last do
      local id, shape = ids[number], shapeOf(shapes, values[number * VALUES_PER_JOB])
      -- There from an earlier request, or twice in this one.
      if created[id] == true or created[id] == first or shape.keyed then return false end
      created[id] = first
    end
    for number = first, last do insertJob(shapes, values, number) end
    return true
  end

  function carryOut(shapes, values, plan)
    for _, number in ipairs(plan.jobs) do insertJob(shapes, values, number) end
  end

  -- Whether any of the ids is there: where none is, which is usual, nothing more is asked.
  function lookUp(values)
    standing = 0
    local _, keys = nameJobs(values)
    for from = 1, #keys, MOST_ARGUMENTS do
      standing = standing + call('EXISTS', unpack(keys, from, math.min(from + MOST_ARGUMENTS - 1, #keys)))
    end
  end

  function flushNew()
    callWithAll('ZADD', prefix .. 'ids', newIds)
    callWithAll('ZADD', prefix .. 'scheduled', newScheduled)
    callWithAll('ZADD', prefix .. 'expiring', newExpiring)
    for workflow, members in pairs(newMembers) do callWithAll('ZADD', membersKey(workflow), members) end
    newIds, newScheduled, newExpiring, newMembers = {}, {}, {}, {}
  end
end
