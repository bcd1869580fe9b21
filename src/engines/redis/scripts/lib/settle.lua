-- uses finish, push, letters
-- Ends claims: the outcome and what follows from it together, or not at all.
--
-- For each settlement: id, fence, kind, payload (or a slot), payload kind (or who revoked), retention, and `false`, or what is
-- rare: {due kind, due, shapes, values, letters}, of which the third and fourth are those of a push, and the last may be
-- missing.
local settleAll, flushEnded

-- Made where it is needed, as lib/push.lua.
local function useSettle()
  if settleAll then return end
  local VALUES_PER_SETTLEMENT = 7
  local STALE = 0
  local KIND_SUCCEEDED, KIND_FAILED, KIND_REVOKED, KIND_RETRIED = 1, 2, 3, 4
  local KIND_SNOOZED, KIND_RELEASED, KIND_REPLACED = 5, 6, 7

  -- By worker, the ids of jobs that are no longer his; written at the end of the operation.
  local endedByWorker = {}

  local function addEnded(worker, id)
    local ended = endedByWorker[worker]
    if ended == nil then
      ended = {}
      endedByWorker[worker] = ended
    end
    ended[#ended + 1] = id
  end

  function flushEnded()
    for worker, ids in pairs(endedByWorker) do callWithAll('HDEL', prefix .. 'a:' .. worker, ids) end
    endedByWorker = {}
  end

  -- By kind of result: state, settled kind, settled state and the kind.
  local SUCCESS = {}
  for kind = 0, 2 do SUCCESS[kind] = string.char(SUCCEEDED, KIND_SUCCEEDED, SUCCEEDED, kind) end

  local endings = {}

  -- When the job ended, and for how long it is kept.
  local function endingOf(retainMs)
    local ending = endings[retainMs]
    if ending == nil then
      ending = struct.pack('<dd', now, retainMs)
      endings[retainMs] = ending
    end
    return ending
  end

  -- The common case, on the stored bytes: without a table for the job, and without unpacking what stays as it is.
  local function succeedPlainly(id, value, retainMs, result, resultKind, version, workerLength, lane)
    local raised = struct.pack('<I4', version + 1)
    local resultAt = FRONT_BYTES + workerLength + 1
    local succeeded = SUCCESS[resultKind] .. string.sub(value, AT_FLAGS, AT_VERSION - 1) .. raised
      .. string.sub(value, AT_STARTED, AT_FINISHED - 1) .. endingOf(retainMs)
      .. struct.pack('<I2I4', workerLength, #result) .. string.sub(value, AT_LANE, resultAt - 1)
      .. result .. string.sub(value, resultAt)
    put(id, succeeded)
    local ofLane = countsOf(lane)
    ofLane[ACTIVE], ofLane[SUCCEEDED] = ofLane[ACTIVE] - 1, ofLane[SUCCEEDED] + 1
    addEnded(string.sub(value, FRONT_BYTES + 1, resultAt - 1), id)
    addFinished(retainMs, NOW_PACKED .. raised .. id)
    if isWatched then note(id, SUCCEEDED, succeeded) end
  end

  -- Also where it is due at once: promotion makes it ready.
  local function putOff(job, dueAt)
    job.state, job.dueAt = SCHEDULED, dueAt
  end

  local function countFailure(job, error)
    setMore(job, MORE_ERROR, error)
    clearMore(job, MORE_LOST)
    job.failures = job.failures + 1
  end

  local apply = {
    [KIND_SUCCEEDED] = function(job, given)
      clearMore(job, MORE_BY, MORE_REASON, MORE_RETAIN)
      job.result, job.resultKind = given.payload, given.payloadKind
      job.state, job.finishedAt, job.retainMs = SUCCEEDED, now, given.retainMs
    end,
    [KIND_FAILED] = function(job, given)
      countFailure(job, given.payload)
      job.state, job.finishedAt, job.retainMs = FAILED, now, given.retainMs
    end,
    [KIND_REVOKED] = function(job, given)
      setMore(job, MORE_BY, given.by, MORE_REASON, given.payload, MORE_RETAIN, given.retainMs)
      job.state, job.finishedAt, job.retainMs = REVOKED, now, given.retainMs
    end,
    [KIND_RETRIED] = function(job, given)
      countFailure(job, given.payload)
      putOff(job, given.dueAt)
    end,
    [KIND_SNOOZED] = function(job, given) putOff(job, given.dueAt) end,
    [KIND_RELEASED] = function(job) job.state = READY end,
    [KIND_REPLACED] = function(job, given)
      useWorkflow()
      replace(job, given.payload)
    end,
  }

  -- What was done is done: success stands even where a caller asked for the end. Any other outcome gives way.
  local function settleJob(job, kind, given)
    job.settledKind = kind
    if job.isAsked and kind ~= KIND_SUCCEEDED then
      if kind == KIND_FAILED or kind == KIND_RETRIED then countFailure(job, given.payload) end
      job.settledState = REVOKED
      revokeAsAsked(job)
      return REVOKED
    end
    change(job, function()
      apply[kind](job, given)
      job.isAsked = false
      job.settledState = job.state
    end)
    return job.state
  end

  local function answerRepeat(value, fence, kind)
    local _, settledKind, settledState = struct.unpack('<BBB', value)
    local isRepeat = struct.unpack('<I4', value, AT_FENCE) == fence and settledKind == kind
    return isRepeat and settledState or STALE
  end

  local function settleFully(id, value, kind, given, rare)
    useFinish()
    local plan, refusal
    if rare and rare[3] then
      usePush()
      plan, refusal = planPush(rare[3], rare[4], 1, #rare[4] / VALUES_PER_JOB, {})
      if refusal ~= nil then return refusal end
    end
    local state = settleJob(unpackJob(id, value), kind, given)
    -- Nobody waits for the jobs that were to replace one whose end a caller asked for.
    local isPushed = kind ~= KIND_REPLACED or state == WAITING
    if plan ~= nil and isPushed then
      reserveSequences(#plan.jobs)
      carryOut(rare[3], rare[4], plan)
    end
    if isPushed and rare and rare[5] then postLetters(rare[5]) end
    return state
  end

  -- The state that the job has now, STALE, or a refusal.
  local function settleOne(list, at)
    local id, fence, kind, payload, payloadKind, retainMs, rare =
      list[at], list[at + 1], list[at + 2], list[at + 3], list[at + 4], list[at + 5], list[at + 6]
    local value = fetch(id)
    if not value then return STALE end
    local state, flags, storedFence, version, workerLength, lane = struct.unpack(OF_SUCCESS, value)
    if state ~= ACTIVE or storedFence ~= fence then return answerRepeat(value, fence, kind) end
    if kind == KIND_SUCCEEDED and flags == 0 and not rare then
      succeedPlainly(id, value, retainMs, payload, payloadKind, version, workerLength, lane)
      return SUCCEEDED
    end
    local given = { retainMs = retainMs, payload = payload, payloadKind = payloadKind, by = payloadKind }
    if rare then given.dueAt = instantOf(rare[1], rare[2]) end
    return settleFully(id, value, kind, given, rare)
  end

  function settleAll(list)
    local ids, replies = {}, {}
    for at = 1, #list, VALUES_PER_SETTLEMENT do ids[#ids + 1] = list[at] end
    prefetch(ids)
    for at = 1, #list, VALUES_PER_SETTLEMENT do replies[#replies + 1] = settleOne(list, at) end
    return replies
  end
end
