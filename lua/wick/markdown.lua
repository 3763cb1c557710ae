-- SPDX-License-Identifier: MIT
-- Markdown reports: a title, then paragraphs, sections, JSON and tables in the order they were added.
local core = ...
local raise = core.raise

local M = {}
M.__index = M
M.__metatable = "markdown"

local function add(r, text)
  r.parts[#r.parts + 1] = text
  return r
end

local function need_text(what, x)
  if type(x) ~= "string" then raise(what .. ": a text is expected, got " .. type(x)) end
  return x
end

--- r:text(sentence): a paragraph.
function M:text(sentence) return add(self, need_text("r:text", sentence)) end

--- r:section(heading)
function M:section(heading) return add(self, "## " .. need_text("r:section", heading)) end

--- r:json(value): pretty JSON in a block of code.
function M:json(value) return add(self, "```json\n" .. core.pretty(value, "report") .. "\n```") end

--- r:items(list): one line each.
function M:items(list)
  local lines = {}
  for i = 1, #list do lines[i] = "- " .. core.tostring(list[i]) end
  return add(self, table.concat(lines, "\n"))
end

--- r:table(t [, rows]): the first rows of a columnar table.
function M:table(t, rows) return add(self, (t:markdown(rows or -1):gsub("\n$", ""))) end

--- r:done() -> text
function M:done() return table.concat(self.parts, "\n\n") .. "\n" end

return function(title)
  return setmetatable({ parts = { "# " .. need_text("wick.markdown", title) } }, M)
end
