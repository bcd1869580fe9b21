-- uses records
-- Records of a kind by their ids, in the order of these: each as it is stored, or ''. O(ids).
local kind, ids = request[1], request[2]
local found = readRecords(kind, ids)
for index, stored in ipairs(found) do found[index] = stored or '' end
return cmsgpack.pack(found)
