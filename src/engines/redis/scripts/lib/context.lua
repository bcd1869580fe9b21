-- What every operation begins with: its request, the server's clock, and calls of any number of arguments.
local prefix = KEYS[1]
local request = cmsgpack.unpack(ARGV[1])
local call = redis.call

local NONE = -1

local function serverTime()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = serverTime()

local AFTER = 1

-- An instant of a request: none, so long from now, or itself.
local function instantOf(kind, value)
  if kind == 0 then return NONE end
  return kind == AFTER and now + value or value
end

-- Lua gives a call at most 8,000 arguments. A multiple of 2, so that no pair is parted.
local MOST_ARGUMENTS = 4000

-- A write command of one key, with as many arguments as there are.
local function callWithAll(command, key, arguments)
  for from = 1, #arguments, MOST_ARGUMENTS do
    call(command, key, unpack(arguments, from, math.min(from + MOST_ARGUMENTS - 1, #arguments)))
  end
end

local function appendAll(list, more)
  for index = 1, #more do list[#list + 1] = more[index] end
end

-- A read command of one key: its replies for all arguments, one after the other.
local function readAll(command, key, arguments)
  if #arguments <= MOST_ARGUMENTS then
    if #arguments == 0 then return {} end
    return call(command, key, unpack(arguments))
  end
  local replies = {}
  for from = 1, #arguments, MOST_ARGUMENTS do
    appendAll(replies, call(command, key, unpack(arguments, from, math.min(from + MOST_ARGUMENTS - 1, #arguments))))
  end
  return replies
end

-- HGETALL as a table.
local function readHash(key)
  local fields = {}
  local flat = call('HGETALL', key)
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end
