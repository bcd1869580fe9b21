-- uses change, history
-- Keeps the latest progress of active jobs. `request`: for each update id, fence, and the progress after a byte of kind.
history()
useChange()
for at = 1, #request, 3 do
  local id, fence, progress = request[at], request[at + 1], request[at + 2]
  local value = fetch(id)
  if value and string.byte(value, 1) == ACTIVE and struct.unpack('<I4', value, AT_FENCE) == fence then
    local job = unpackJob(id, value)
    setMore(job, MORE_PROGRESS, progress)
    job.version = job.version + 1
    put(id, packJob(job))
    note(id, ACTIVE)
  end
end
flush()
return ''
