-- uses wake
-- Takes waiting workers out of the line of their interest. `request`: for each the group, the process and its number.
for at = 1, #request, 3 do
  local group = request[at]
  local left = call('ZREM', prefix .. 'i:' .. group, request[at + 1] .. ' ' .. string.format('%d', request[at + 2]))
  -- Whoever is not in line any more was told of a job, and did not hear it: it is told to another.
  if left == 0 then wakeOne(group) end
end
return ''
