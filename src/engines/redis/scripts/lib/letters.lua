-- uses context
-- What is on its way to other partitions, kept here until it has arrived: a sorted set by the instant of posting. A letter
-- is the number of its partition, in two bytes, and a request as push.lua takes it. O(letters · log letters).
local function postLetters(letters)
  for _, letter in ipairs(letters) do call('ZADD', prefix .. 'outbox', now, letter) end
end
