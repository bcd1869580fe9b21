-- uses relief, settle, claim, history, line
-- Settles what has finished, claims what is next, and puts into line those who wait again after a hint.
-- O(settlements + jobs claimed · log jobs claimed), each of them in calls of many.
local worker, exchange, settlements, claim = request[1], request[2], request[3], request[4]
local marks = history()
local settled = {}
if #settlements > 0 then
  useSettle()
  settled = settleAll(settlements)
  flushEnded()
  if flushNew then flushNew() end
  -- What became ready can be claimed at once; the rest of what there is to write goes with the claim's.
  flushReady()
end

local isQuarantined = false
if claim and call('EXISTS', prefix .. 'w:' .. worker) == 1 then
  useClaim()
  isQuarantined = runClaim(worker, exchange, claim)
end
flush()
enterLine(request[5])
return cmsgpack.pack({ marks, settled, claimed or {}, describeLanes(claimedLanes or {}), claimedSlots or {}, isQuarantined })
