-- uses records
-- The first `limit` records of a kind by id, from a place on: id and record in turn. O(records + lapsed ones passed over).
local kind, cursor, limit = request[1], request[2], request[3]
local page = {}
local from, isOver = cursor and '(' .. cursor or '-', limit <= 0

while not isOver do
  local missing = limit - #page / 2
  local ids = call('ZRANGEBYLEX', recordIdsKey(kind), from, '+', 'LIMIT', 0, missing)
  for index, stored in ipairs(readRecords(kind, ids)) do
    if stored then appendAll(page, { ids[index], stored }) end
  end
  isOver = #ids < missing or #page / 2 == limit
  if not isOver then from = '(' .. ids[#ids] end
end
return cmsgpack.pack(page)
