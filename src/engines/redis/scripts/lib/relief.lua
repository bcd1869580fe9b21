-- uses context
-- Lets an operation go on where the memory is full. Redis refuses a command that may need memory only while a script has
-- not written yet, in any version, and a removal is never refused. Without it a full store could not be emptied: to end,
-- claim or remove a job needs a little memory before it frees some. Pushes and progress do not use it.
call('UNLINK', prefix .. 'nothing')
