-- SPDX-License-Identifier: MIT
-- Pine's control flow where Lua's own words do something else.
local core = ...
local raise = core.raise

local M = {}

--- pine.pick(c, a, b): c ? a : b for values that may be nil or false; both are computed.
function M.pick(c, a, b)
  if c then return a end
  return b
end

--- pine.step(from, to [, by]): the step of `for i = from to to by by`, which counts down when the
-- end is
--- below the start.
function M.step(from, to, by)
  by = by or 1
  if by < 0 then by = -by end
  if by == 0 then raise("for: the step is 0") end
  if to < from then return -by end
  return by
end

--- pine.mod(a, b): the remainder of whole numbers, with the sign of the first.
function M.mod(a, b)
  if b == 0 then return 0 / 0 end
  local r = a % b
  if r ~= 0 and (a < 0) ~= (b < 0) then return r - b end
  return r
end

return M
