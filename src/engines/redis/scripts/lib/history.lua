-- uses context
-- Who notices that the store has lost what it said it had: a random name that a new store gets, and a number that only
-- grows. Both go out with each reply. HINCRBY is refused where the memory is full, and so nothing is half done then.
local function history()
  local writes = call('HINCRBY', prefix .. 'meta', 'writes', 1)
  return { call('HGET', prefix .. 'meta', 'epoch') or '', writes }
end
