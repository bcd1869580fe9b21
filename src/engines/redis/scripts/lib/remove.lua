-- uses workflow, leave
-- Removing a job that no worker runs.

-- What this operation has read of a job, and was to write, is void.
local function erase(id)
  loaded[id] = false
  local place, last = placeOf[id], #writes
  if place == nil then return end
  placeOf[string.sub(writes[last - 1], #jobKey('') + 1)] = place
  writes[place - 1], writes[place] = writes[last - 1], writes[last]
  writes[last - 1], writes[last] = nil, nil
  placeOf[id] = nil
end

local function removeJob(job)
  local wasLive = isLive(job.state)
  unindex(job)
  if wasLive and job.hasKey then releaseKey(job) end
  call('UNLINK', jobKey(job.id), moreKey(job.id))
  call('ZREM', prefix .. 'ids', job.id)
  erase(job.id)
  note(job.id, job.state)
  if not job.node then return end
  leaveWorkflow(job.id, job.node)
  if wasLive then
    useWorkflow()
    followRemoval(job)
  end
end
