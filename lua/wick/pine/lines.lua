-- SPDX-License-Identifier: MIT
-- Lines of the file that is written: none longer than the house allows, where it can be helped.
local M = {}
local ipairs = ipairs
local WIDTH = 100

-- Breaks a long line behind a comma outside of inner brackets, or behind and, or, `..` and the
-- signs of sums and products. All that follows the first part is indented alike; a comment that makes the
-- line long stands above it.
local function break_line(line, out, deeper)
  if #line <= WIDTH or line:find("^%s*%-%-") then
    out[#out + 1] = line
    return
  end
  local indent = line:match("^%s*")
  local best, depth, i, quote = nil, 0, 1, nil
  local cuts = {}
  while i <= #line do
    local c = line:sub(i, i)
    if quote then
      if c == "\\" then
        i = i + 1
      elseif c == quote then
        quote = nil
      end
    elseif c == '"' or c == "'" then
      quote = c
    elseif c == "-" and line:sub(i, i + 1) == "--" then
      out[#out + 1] = indent .. line:sub(i)
      return break_line((line:sub(1, i - 1):gsub("%s+$", "")), out, deeper)
    elseif c == "(" or c == "{" or c == "[" then
      depth = depth + 1
    elseif c == ")" or c == "}" or c == "]" then
      depth = depth - 1
    elseif c == "," and line:sub(i + 1, i + 1) == " " then
      cuts[#cuts + 1] = { at = i, depth = depth }
    elseif c == " " and (line:find("^ and ", i) or line:find("^ or ", i)) then
      local word = line:match("^ %a+", i)
      cuts[#cuts + 1] = { at = i + #word - 1, depth = depth }
      i = i + #word - 1
    elseif c == " " and line:find("^ %.%. ", i) then
      cuts[#cuts + 1] = { at = i + 2, depth = depth }
      i = i + 2
    elseif c == " " and line:find("^ [%+%-%*/] ", i) then
      cuts[#cuts + 1] = { at = i + 1, depth = depth + 0.5 }
      i = i + 1
    end
    i = i + 1
  end
  for _, cut in ipairs(cuts) do
    if cut.at <= WIDTH and cut.at > #indent + 20 then
      if not best or cut.depth < best.depth or (cut.depth == best.depth and cut.at > best.at) or
        (cut.depth <= best.depth + 1 and best.at < WIDTH / 2) then
        best = cut
      end
    end
  end
  for _, cut in ipairs(cuts) do -- a long text comes first
    best = best or (cut.at > WIDTH and cut.depth <= 1 and cut)
  end
  if not best then
    out[#out + 1] = line
    return
  end
  out[#out + 1] = line:sub(1, best.at)
  local rest = line:sub(best.at + 1):gsub("^ +", "")
  deeper = deeper or indent .. "  "
  break_line(deeper .. rest, out, deeper)
end

M.WIDTH, M.break_line = WIDTH, break_line

return M
