-- uses relief
-- Says, for so many milliseconds, that somebody watches for changes.
call('SET', prefix .. 'watched', '1', 'PX', request)
return ''
