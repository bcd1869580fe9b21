-- uses push, flush, history
-- Stores jobs. O(jobs), each sort of write in calls of many.
-- `requests`: for each how many jobs it has, its deadline by this server's clock, and its limits: false, or {queue, depth, …}.
local shapes, values, requests = request[1], request[2], request[3]
local marks = history()
usePush()
lookUp(values)
reserveSequences(#values / VALUES_PER_JOB)
local replies, first = {}, 1

local function answer(at, last)
  local deadlineAt, limits = requests[at + 1], requests[at + 2]
  if now > deadlineAt then return { 'ENGINE_TIMEOUT', now - deadlineAt } end
  if not limits and pushPlainly(shapes, values, first, last) then return nil end
  local plan, refusal = planPush(shapes, values, first, last, limits or {})
  if plan == nil then return refusal end
  carryOut(shapes, values, plan)
  return #plan.existing > 0 and plan.existing or nil
end

for at = 1, #requests, 3 do
  local last = first + requests[at] - 1
  local reply = answer(at, last)
  if reply ~= nil then
    replies[#replies + 1] = (at - 1) / 3
    replies[#replies + 1] = reply
  end
  first = last + 1
end
flushNew()
flush()
return cmsgpack.pack({ marks, replies })
