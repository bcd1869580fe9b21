-- uses letters, history
-- Stores a request of several partitions, as letters to them: it is not told by halves then. O(letters · log letters).
local deadlineAt, letters = request[1], request[2]
local marks = history()
if now > deadlineAt then return cmsgpack.pack({ marks, { 'ENGINE_TIMEOUT', now - deadlineAt } }) end
postLetters(letters)
return cmsgpack.pack({ marks, false })
