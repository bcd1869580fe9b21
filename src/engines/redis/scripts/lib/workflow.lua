-- uses change
-- Tells the jobs of a workflow of the ends that they wait for. A slot is what filled it: {from, state, then kind and result,
-- or how the worker was lost and which (or '' and the error), or who revoked and why}.
local reopen, replace, followRemoval

-- Made where it is needed, as lib/push.lua.
function useWorkflow()
  if followEnd then return end
  local ON_SUCCESS, ON_FAILURE, ON_END = 0, 1, 2
  local FILL, BREAK, SKIP = 1, 2, 3
  -- Its texts are put in by whoever reads the job, as that of an expiry.
  local BY_WORKFLOW, BY_REMOVAL = 'workflow', 'removal'

  local function read(id)
    local value = fetch(id)
    return value and unpackJob(id, value)
  end

  local function linksOf(job) return cmsgpack.unpack(job.node)[3] end

  -- What is told of an ended job to those behind it; `from` is the job that ended by itself.
  local function endingOf(job)
    if not job.ending then
      local fields = { MORE_ERROR, MORE_LOST, MORE_WORKER, MORE_BY, MORE_REASON, MORE_UPSTREAM }
      local more = job.hasMore and call('HMGET', moreKey(job.id), unpack(fields)) or {}
      job.ending = { error = more[1], lost = more[2], worker = more[3] or job.worker, by = more[4], reason = more[5],
        from = more[6] or job.id }
    end
    return job.ending
  end

  -- As `linkEffect` of src/engine/workflow.ts.
  local function effectOf(job, on)
    if job.state == REVOKED and endingOf(job).by == BY_WORKFLOW then return SKIP end
    if on == ON_END or (on == ON_SUCCESS) == (job.state == SUCCEEDED) then return FILL end
    return on == ON_FAILURE and SKIP or BREAK
  end

  local function packSlot(job)
    local ending = endingOf(job)
    local one, other = ending.by or '', ending.reason or ''
    if job.state == SUCCEEDED then one, other = job.resultKind, job.result end
    if job.state == FAILED then one, other = ending.lost or '', ending.lost and ending.worker or ending.error or '' end
    return cmsgpack.pack({ ending.from, job.state, one, other })
  end

  local function isFilled(id, slot) return call('HEXISTS', slotsKey(id), slot) == 1 end

  local function fill(job, slot, target)
    call('HSET', slotsKey(target.id), slot, packSlot(job))
    target.awaited = target.awaited - 1
  end

  -- Of a job with all of its slots.
  local function endWait(target)
    local node = cmsgpack.unpack(target.node)
    if node[4] ~= 0 then target.dueAt = instantOf(node[4], node[5]) end
    target.state = target.dueAt > now and SCHEDULED or READY
  end

  local function clearEnd(target)
    clearMore(target, MORE_ERROR, MORE_LOST, MORE_WORKER, MORE_BY, MORE_REASON, MORE_RETAIN, MORE_UPSTREAM, MORE_BROKEN)
  end

  local function setEnd(target, state, retainMs, from)
    target.state, target.finishedAt, target.retainMs, target.upstream = state, now, retainMs, from
    setMore(target, MORE_UPSTREAM, from, MORE_BROKEN, 1, MORE_RETAIN, retainMs)
  end

  local function endAs(job, target)
    local ending = endingOf(job)
    clearEnd(target)
    setEnd(target, job.state, job.retainMs, ending.from)
    if job.state == REVOKED then
      setMore(target, MORE_BY, ending.by, MORE_REASON, ending.reason or '')
    elseif ending.lost then
      setMore(target, MORE_LOST, ending.lost, MORE_WORKER, ending.worker)
    elseif ending.error then
      setMore(target, MORE_ERROR, ending.error)
    end
  end

  local function skip(job, target)
    setEnd(target, REVOKED, job.retainMs, endingOf(job).from)
    setMore(target, MORE_BY, BY_WORKFLOW, MORE_REASON, '')
  end

  local function tell(job, effect, slot, target)
    change(target, function()
      if effect == BREAK then return endAs(job, target) end
      if effect == SKIP then return skip(job, target) end
      fill(job, slot, target)
      if target.awaited == 0 then endWait(target) end
    end)
  end

  -- Whether it ended because what it waited for did not come.
  local function isBroken(target)
    if isLive(target.state) or not target.node or not target.hasMore then return false end
    local more = call('HMGET', moreKey(target.id), MORE_UPSTREAM, MORE_BY)
    return more[1] and more[2] ~= BY_WORKFLOW
  end

  -- What a job that ended because of another would have got, or lacks as well, once that one is run again.
  local function keepForRetry(job, effect, slot, target)
    if effect == FILL then
      fill(job, slot, target)
      put(target.id, packJob(target))
    else
      call('HINCRBY', moreKey(target.id), MORE_BROKEN, 1)
    end
  end

  local function follow(job, to, slot, on)
    local target = read(to)
    if not target or not target.node or isFilled(to, slot) then return end
    local effect = effectOf(job, on)
    if target.state == WAITING then
      tell(job, effect, slot, target)
    elseif isBroken(target) then
      keepForRetry(job, effect, slot, target)
    end
  end

  local function eachLink(job, visit)
    local links = linksOf(job)
    for at = 1, #links, 3 do visit(job, links[at], links[at + 1], links[at + 2]) end
  end

  local ended, first, last, isFollowing = {}, 1, 0, false

  -- Follows the links of a job that has ended, and of those that end with it: one after the other, however many.
  function followEnd(job)
    last = last + 1
    ended[last] = job
    if isFollowing then return end
    isFollowing = true
    while first <= last do
      local following = ended[first]
      ended[first] = nil
      first = first + 1
      eachLink(following, follow)
    end
    isFollowing = false
  end

  -- Of a job that is gone before it ran: for those who waited for it, it was revoked.
  function followRemoval(job)
    job.state, job.retainMs = REVOKED, 0
    job.ending = { by = BY_REMOVAL, from = job.id }
    followEnd(job)
  end

  local function waitAgain(job)
    change(job, function()
      clearEnd(job)
      job.state, job.finishedAt = WAITING, NONE
    end)
  end

  -- A job is about to run again: those that ended because of it alone wait for it again.
  function reopen(origin)
    local reopened = { origin.id }
    local function mend(job, to, slot, on)
      local target = read(to)
      if not target or not isBroken(target) or isFilled(to, slot) or effectOf(job, on) ~= BREAK then return end
      if call('HINCRBY', moreKey(to), MORE_BROKEN, -1) == 0 then reopened[#reopened + 1] = to end
    end
    local at = 1
    while at <= #reopened do
      local job = at == 1 and origin or read(reopened[at])
      eachLink(job, mend)
      if at > 1 then waitAgain(job) end
      at = at + 1
    end
  end

  -- A job that runs gives way to others, and waits for a slot, which may have been filled before. One of no workflow becomes
  -- one by itself.
  function replace(job, slot)
    call('HDEL', slotsKey(job.id), slot)
    if not job.node then
      job.node = cmsgpack.pack({ job.id, 0, {}, 0, 0 })
      call('ZADD', membersKey(job.id), 0, job.id)
    else
      -- Its delay has passed: it is not waited for again.
      local node = cmsgpack.unpack(job.node)
      node[4], node[5] = 0, 0
      job.node = cmsgpack.pack(node)
    end
    job.state, job.awaited, job.dueAt = WAITING, 1, NONE
  end
end
