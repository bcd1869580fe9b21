-- uses context
-- Takes waiting workers out of the line of their interest. `request`: for each the group, the process and its number.
for at = 1, #request, 3 do
  call('ZREM', prefix .. 'i:' .. request[at], request[at + 1] .. ' ' .. string.format('%d', request[at + 2]))
end
return ''
