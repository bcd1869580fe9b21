-- uses context
-- Puts waiting workers into the line of their interest, again where they stand in it. O(waiters · log waiters).
-- `waiters`: for each the group's name, the interest, the process and the waiter's number.
local function enterLine(waiters)
  for at = 1, #waiters, 4 do
    local group, interest, process, waiter = waiters[at], waiters[at + 1], waiters[at + 2], waiters[at + 3]
    call('HSET', prefix .. 'idle', group, interest)
    call('ZADD', prefix .. 'i:' .. group, now, process .. ' ' .. string.format('%d', waiter))
  end
end
