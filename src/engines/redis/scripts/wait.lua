-- uses relief, line
-- Puts waiting workers into line. `request`: as `enterLine` takes it.
enterLine(request)
return ''
