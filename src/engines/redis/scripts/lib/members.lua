-- uses job
-- The jobs of each workflow stand in a sorted set by id, as all jobs do in `ids`. What fills the slots of a job is a hash, in
-- which lib/workflow.lua packs each of them.
local function membersKey(workflow) return prefix .. 'wf:' .. workflow end
local function slotsKey(id) return prefix .. 's:' .. id end

-- The results of hundreds of jobs in one reply would be more than Redis or a client can take.
local MOST_SLOT_BYTES = 8388608
