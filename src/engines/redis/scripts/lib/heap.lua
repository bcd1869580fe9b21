-- A heap of tables by their `score`, the lowest first.
local heapOf, sink, dropFirst

do
  function sink(heap, at)
    local size, item = #heap, heap[at]
    while true do
      local child = at * 2
      if child > size then break end
      if child < size and heap[child + 1].score < heap[child].score then child = child + 1 end
      if item.score <= heap[child].score then break end
      heap[at] = heap[child]
      at = child
    end
    heap[at] = item
  end

  function heapOf(items)
    for at = math.floor(#items / 2), 1, -1 do sink(items, at) end
    return items
  end

  function dropFirst(heap)
    local last = table.remove(heap)
    if #heap > 0 then
      heap[1] = last
      sink(heap, 1)
    end
  end
end
