-- uses filter
-- Counts jobs of a part of a workflow that fit a filter, from a place on by id: how many, and where it goes on, or false at the
-- end. O(jobs looked at).
local STEP = 2000
local from, filter = request[1], request[2]

local fitsFilter = filterOf(filter)
local amount = 0
local ids = call('ZRANGEBYLEX', idsOf(filter), from and '(' .. from or '-', '+', 'LIMIT', 0, STEP)
for _, id in ipairs(ids) do
  local front = frontOf(id)
  if front and fitsFilter(front) then amount = amount + 1 end
end
return cmsgpack.pack({ amount, #ids == STEP and ids[#ids] })
