-- uses filter
-- A page of jobs, newest first by id, that fit a filter: looks at no more than `most` from the cursor on.
local MOST = 2000
local cursor, limit, filter = request[1], request[2], request[3]

local fitsFilter = filterOf(filter)

local CHUNK = 200
local ids, last, looked = {}, cursor, 0
local isOver = false
while #ids < limit and looked < MOST and not isOver do
  local from = last and '(' .. last or '+'
  local found = call('ZREVRANGEBYLEX', idsOf(filter), from, '-', 'LIMIT', 0, CHUNK)
  isOver = #found < CHUNK
  for _, id in ipairs(found) do
    last = id
    looked = looked + 1
    local front = frontOf(id)
    if front and fitsFilter(front) then ids[#ids + 1] = id end
    if #ids == limit then break end
  end
end
return cmsgpack.pack({ ids, not isOver and last or false })
