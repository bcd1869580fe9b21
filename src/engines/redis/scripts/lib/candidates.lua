-- uses lanes
-- The ready jobs that a claim may take, in the order of their score (priority, then push order): from the indexes it reads
-- the first lanes, from these the first jobs, no more than it needs. What it has read serves all steps of the claim.
--
-- No two jobs have the same place in the order of pushes, so of the next N jobs none lies N places or more behind the first:
-- a lane that begins within N places has one of them, as far as the indexes are right. Those lanes are read, each for its
-- even share.
local lookAt, areMixed, takeFirst, takeOldest, correctHeads

-- Made where it is needed, as lib/push.lua.
local function useCandidates()
  if takeFirst then return end
  local LANES_AT_ONCE = 32
  local indexes, lanes, laneNamed, tasks, mixed

  -- `tasks`: a set where the indexes also name lanes of others.
  function lookAt(keys, onlyTasks)
    indexes, lanes, laneNamed, tasks, mixed = {}, {}, {}, onlyTasks, nil
    for _, key in ipairs(keys) do indexes[#indexes + 1] = { key = key, offset = 0, last = 0, isComplete = false } end
  end

  -- Of a lane: where the index has it; no job of it that is not taken comes before `head` (none is left: math.huge); all up
  -- to `reach` are known: the entries (id and score, one after the other) from `at` on. `taken` are still to be removed.
  -- Eight fields: a ninth would double the size of the table.
  local function addLane(index, name, score)
    if laneNamed[name] then return end
    if tasks and not tasks[laneAt(tonumber(name)).task] then return end
    local lane = { name = name, index = index, indexed = score, head = score, reach = score - 1, entries = {}, at = 1, taken = 0 }
    lanes[#lanes + 1] = lane
    laneNamed[name] = lane
  end

  local function addLanes(index, entries)
    if tasks then
      local numbers = {}
      for at = 1, #entries, 2 do numbers[#numbers + 1] = tonumber(entries[at]) end
      loadLanes(numbers)
    end
    for at = 1, #entries, 2 do addLane(index, entries[at], tonumber(entries[at + 1])) end
  end

  local function extend(index, amount)
    local entries = call('ZRANGE', index.key, index.offset, index.offset + amount - 1, 'WITHSCORES')
    addLanes(index, entries)
    index.offset = index.offset + #entries / 2
    index.isComplete = #entries < amount * 2
    if #entries > 0 then index.last = tonumber(entries[#entries]) end
  end

  local function bandOf(score) return math.floor(score / BAND) * BAND end

  -- To make text of a number takes half as long as a short command.
  local texts = {}

  local function textOf(number)
    local text = texts[number]
    if text == nil then
      text = string.format('%d', number)
      texts[number] = text
    end
    return text
  end

  local function readMore(lane, amount)
    local entries, band = lane.entries, bandOf(lane.indexed)
    local from = (#entries - lane.at + 1) / 2
    local found = call('ZRANGE', readyKey(lane.name), textOf(from), textOf(from + amount - 1), 'WITHSCORES')
    for at = 2, #found, 2 do found[at] = band + tonumber(found[at]) end
    if #entries == 0 then lane.entries = found else appendAll(entries, found) end
    entries = lane.entries
    lane.reach = #found < amount * 2 and math.huge or entries[#entries]
    lane.head = entries[lane.at + 1] or math.huge
  end

  local function reachOfAll()
    local reach = math.huge
    for _, index in ipairs(indexes) do
      if not index.isComplete then reach = math.min(reach, index.last - 1) end
    end
    for _, lane in ipairs(lanes) do
      if lane.reach < reach then reach = lane.reach end
    end
    return reach
  end

  -- The scores of the known jobs up to this one, and the lane of each.
  local function knownUpTo(reach)
    local scores, laneOf = {}, {}
    for _, lane in ipairs(lanes) do
      local entries = lane.entries
      for at = lane.at + 1, #entries, 2 do
        local score = entries[at]
        if score > reach then break end
        scores[#scores + 1] = score
        laneOf[score] = lane
      end
    end
    return scores, laneOf
  end

  local function lanesWithin(horizon)
    local within = {}
    for _, lane in ipairs(lanes) do
      if lane.reach < horizon then within[#within + 1] = lane end
    end
    return within
  end

  -- Of the next jobs no more than `wanted` are asked for, and so no more lanes.
  local function extendTo(horizon, wanted)
    for _, index in ipairs(indexes) do
      while not index.isComplete and index.last - 1 < horizon do
        local amount = math.max(LANES_AT_ONCE, math.min(index.offset, wanted + 1 - index.offset))
        extend(index, amount)
        if index.offset > wanted then break end
      end
    end
  end

  -- Makes the first `wanted` jobs known: their scores, in no order, and the lane of each; maybe more, or less at the end.
  local function findFirst(wanted)
    while true do
      local reach = reachOfAll()
      local scores, laneOf = knownUpTo(reach)
      local missing = wanted - #scores
      if missing <= 0 or reach == math.huge then return scores, laneOf end
      local horizon = math.max(reach, 0) + 1 + missing
      extendTo(horizon, wanted)
      local within = lanesWithin(horizon)
      local share = math.ceil(missing / math.max(#within, 1)) + 1
      for _, lane in ipairs(within) do readMore(lane, math.max(share, #lane.entries / 2)) end
    end
  end

  -- The lane's next job, which is known.
  local function takeNext(lane)
    local entries, at = lane.entries, lane.at
    lane.at, lane.taken = at + 2, lane.taken + 1
    lane.head = entries[at + 3] or (lane.reach == math.huge and math.huge or entries[at + 1] + 1)
    return entries[at]
  end

  local function removeTaken(touched)
    for _, lane in ipairs(touched) do
      call('ZREMRANGEBYRANK', readyKey(lane.name), '0', textOf(lane.taken - 1))
      lane.taken = 0
    end
  end

  -- Where there is one lane, it is emptied from its beginning.
  local function popFrom(lane, amount)
    local popped, ids = call('ZPOPMIN', readyKey(lane.name), amount), {}
    for at = 1, #popped, 2 do ids[#ids + 1] = popped[at] end
    lane.head = #ids < amount and math.huge or bandOf(lane.indexed) + tonumber(popped[#popped]) + 1
    lane.entries, lane.at, lane.reach = {}, 1, lane.head == math.huge and math.huge or lane.head - 1
    return ids
  end

  local function areAllComplete()
    for _, index in ipairs(indexes) do
      if index.offset == 0 and not index.isComplete then extend(index, LANES_AT_ONCE) end
      if not index.isComplete then return false end
    end
    return true
  end

  -- Takes the first jobs, at most so many.
  function takeFirst(amount)
    if areAllComplete() and #lanes == 1 then return popFrom(lanes[1], amount) end
    local scores, laneOf = findFirst(amount)
    table.sort(scores)
    local ids, touched = {}, {}
    for at = 1, math.min(amount, #scores) do
      local lane = laneOf[scores[at]]
      if lane.taken == 0 then touched[#touched + 1] = lane end
      ids[#ids + 1] = takeNext(lane)
    end
    removeTaken(touched)
    return ids
  end

  -- Whether there are lanes of several priorities.
  function areMixed()
    if mixed ~= nil then return mixed end
    areAllComplete()
    mixed = false
    local function compare(band) mixed = mixed or band ~= bandOf(lanes[1].indexed) end
    for _, lane in ipairs(lanes) do compare(bandOf(lane.indexed)) end
    for _, index in ipairs(indexes) do
      local last = not index.isComplete and call('ZRANGE', index.key, -1, -1, 'WITHSCORES')
      if last and #last > 0 and #lanes > 0 then compare(bandOf(tonumber(last[2]))) end
    end
    return mixed
  end

  -- Of indexes with more lanes than were looked at: the first lanes of each priority.
  local function addLanesOfEachBand()
    for _, index in ipairs(indexes) do
      for band = 0, index.isComplete and -1 or HIGHEST do
        local from, to = band * BAND, '(' .. string.format('%.17g', (band + 1) * BAND)
        addLanes(index, call('ZRANGEBYSCORE', index.key, from, to, 'WITHSCORES', 'LIMIT', 0, LANES_AT_ONCE))
      end
    end
  end

  local function laneWithOldest()
    local oldest
    for _, lane in ipairs(lanes) do
      if lane.head ~= math.huge and (not oldest or lane.head % BAND < oldest.head % BAND) then oldest = lane end
    end
    return oldest
  end

  -- Takes the job that was pushed before all others, whatever its priority.
  function takeOldest()
    addLanesOfEachBand()
    local lane = laneWithOldest()
    while lane and not lane.entries[lane.at] do
      readMore(lane, 2)
      lane = laneWithOldest()
    end
    if not lane then return {} end
    local ids = { takeNext(lane) }
    removeTaken({ lane })
    return ids
  end

  -- Tells the indexes what has been found out of their lanes.
  function correctHeads()
    for _, index in ipairs(indexes) do index.moved, index.gone = {}, {} end
    for _, lane in ipairs(lanes) do
      if lane.head == math.huge then
        table.insert(lane.index.gone, lane.name)
      elseif lane.head ~= lane.indexed then
        table.insert(lane.index.moved, lane.head)
        table.insert(lane.index.moved, lane.name)
      end
    end
    for _, index in ipairs(indexes) do
      callWithAll('ZREM', index.key, index.gone)
      callWithAll('ZADD', index.key, index.moved)
    end
  end
end
