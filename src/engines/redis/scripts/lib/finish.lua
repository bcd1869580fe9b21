-- uses workflow
-- How jobs end, other than by success, and how they are taken back from workers.

local revoke, revokeAsAsked, expire, giveBack, takeFromLost

-- Made where it is needed, as lib/push.lua.
local function useFinish()
  if revoke then return end
  useChange()
  -- Ends an unfinished job without its being done.
  function revoke(job, by, reason, retainMs)
    change(job, function()
      setMore(job, MORE_BY, by, MORE_REASON, reason, MORE_RETAIN, retainMs)
      job.isAsked = false
      job.state, job.finishedAt, job.retainMs = REVOKED, now, retainMs
    end)
  end

  -- Carries out what a caller asked for while the job was active.
  function revokeAsAsked(job)
    local asked = call('HMGET', moreKey(job.id), MORE_BY, MORE_REASON, MORE_RETAIN)
    revoke(job, asked[1], asked[2], tonumber(asked[3]))
  end

  -- The texts of what expired, and of lost workers, are put in by whoever reads the job.
  function expire(job, retainMs) revoke(job, 'expiry', '', retainMs) end

  local function failAsLost(job, how, retainMs)
    change(job, function()
      setMore(job, MORE_LOST, how)
      clearMore(job, MORE_ERROR)
      job.state, job.finishedAt, job.retainMs = FAILED, now, retainMs
    end)
  end

  -- Takes a job back from a worker that does not run it: nobody is to blame, so nothing is counted.
  function giveBack(job)
    job.settledKind = 0
    if job.isAsked then
      revokeAsAsked(job)
    elseif job.ack == 1 then
      failAsLost(job, 'early', job.retainMs)
    else
      change(job, function() job.state = READY end)
    end
  end

  -- Takes a job back from a worker that was lost while it ran.
  function takeFromLost(job, retainMs)
    job.settledKind = 0
    local crashes = job.crashes + 1
    if job.isAsked then
      job.crashes = crashes
      revokeAsAsked(job)
    elseif job.ack == 0 and crashes <= CRASHES_BEFORE_QUARANTINE then
      change(job, function() job.state, job.crashes = READY, crashes end)
    else
      job.crashes = crashes
      failAsLost(job, job.ack == 1 and 'early' or 'crashes', retainMs)
    end
  end
end
