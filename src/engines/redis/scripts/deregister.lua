-- uses relief, finish, lease
-- Ends a worker's lease and gives back what it still holds. O(jobs held).
local worker = request
useFinish()
for _, id in ipairs(call('HKEYS', prefix .. 'a:' .. worker)) do
  local value = fetch(id)
  if value then giveBack(unpackJob(id, value)) end
end
flush()
removeLease(worker)
return ''
