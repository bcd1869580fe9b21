-- uses change, history
-- Keeps finished jobs of another engine, unless one is here in this version or a later one, or has not ended here. Nobody
-- is told, since nothing about a job changed. `request`: for each job {id, state, queue, task, priority, ack, version,
-- fence, failures, crashes, {created, due, expires, started, finished}, retention, worker, key, headers, input, kind of
-- input, result, kind of result, error, who revoked, why, progress after a byte of kind, node, upstream}; an empty text is
-- none, but of an input and a result, whose kind says that. O(jobs).
history()
useChange()

local function isNewer(id, version)
  local value = fetch(id)
  if not value then return true end
  return not isLive(string.byte(value, 1)) and struct.unpack('<I4', value, AT_VERSION) < version
end

local function forget(id)
  local value = fetch(id)
  if not value then return end
  unindex(unpackJob(id, value))
  call('UNLINK', moreKey(id))
end

local function keepBeside(job, given)
  if given[20] ~= '' then setMore(job, MORE_ERROR, given[20]) end
  if given[21] ~= '' then
    setMore(job, MORE_BY, given[21], MORE_REASON, given[22], MORE_RETAIN, given[12])
  end
  if given[23] ~= '' then setMore(job, MORE_PROGRESS, given[23]) end
  if job.upstream then setMore(job, MORE_UPSTREAM, job.upstream) end
end

-- What filled its slots is not known here, and nothing is awaited.
local function keepNode(job, given)
  if given[24] == '' then return end
  job.awaited, job.node = 0, string.sub(given[24], 5, -5)
  call('ZADD', membersKey(cmsgpack.unpack(job.node)[1]), 0, job.id)
end

local function jobOf(given)
  local instants = given[11]
  local sequence = call('HINCRBY', prefix .. 'meta', 'sequence', 1)
  return {
    id = given[1], state = given[2], settledKind = 0, settledState = 0, resultKind = given[19], crashes = given[10],
    failures = given[9], fence = given[8], version = given[7], startedAt = instants[4], finishedAt = instants[5],
    retainMs = given[12], worker = given[13], result = given[18], lane = laneOf(given[3], given[4], given[5]),
    sequence = sequence, expiresAt = instants[3], ack = given[6], inputKind = given[17], priority = given[5],
    createdAt = instants[1], dueAt = instants[2], key = given[14], keyLength = #given[14], headersLength = #given[15],
    inputLength = #given[16], idLength = #given[1], rest = given[14] .. given[15] .. given[16] .. given[1],
    hasKey = given[14] ~= '', hasMore = false, isAsked = false, upstream = given[25] ~= '' and given[25],
  }
end

for _, given in ipairs(request) do
  local id = given[1]
  if isNewer(id, given[7]) then
    forget(id)
    local job = jobOf(given)
    keepBeside(job, given)
    keepNode(job, given)
    index(job)
    put(id, packJob(job))
    call('ZADD', prefix .. 'ids', 0, id)
  end
end
flush()
return ''
