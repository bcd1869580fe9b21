-- uses push, history
-- Of a request that reaches other partitions as well: says which of its jobs are here already, and how deep queues are; the
-- keys of the others are taken for it, until it is stored, or for a while. Again for the same jobs it does the same.
-- O(jobs + lanes of the queues). `request`: shapes and values as push.lua takes them, and the queues.
local shapes, values, queues = request[1], request[2], request[3]
local RESERVED_MS = 60000
local marks = history()
usePush()
lookUp(values)
local plan, refusal = planPush(shapes, values, 1, #values / VALUES_PER_JOB, {})
if refusal then return cmsgpack.pack({ marks, { 0, refusal }, {} }) end

for _, number in ipairs(plan.jobs) do
  local at = (number - 1) * VALUES_PER_JOB
  local id = string.sub(values[at + 1], values[at + 2] + 1, values[at + 2] + values[at + 3])
  local task, key, hash = shapes[values[at + 5]][2], shapes[values[at + 5]][9], shapes[values[at + 5]][10]
  if key then
    call('SET', keyName(task, key), cmsgpack.pack({ id, hash, now + RESERVED_MS, true }), 'PX', RESERVED_MS)
  end
end

local depths = {}
for index, queue in ipairs(queues) do depths[index] = depthOf(queue) end
return cmsgpack.pack({ marks, #plan.existing > 0 and { 0, plan.existing } or {}, depths })
