-- SPDX-License-Identifier: MIT
-- The book of a sealed split: every config that was judged by labels the search must not see. A
-- second look at the same data is worth less than the first, so the number of looks is told.
local S = {}

local labels = "dataset/sealed/validation_locked_labels"

--- Notes that the labels were opened for a config, once per config. Writes sealed.json. Nothing where
--- the run root has no sealed file.
function S.note(run, purpose, config_hash)
  local path = run:find_table(run.dir .. "/" .. labels)
  if not path then return end
  local book = run:peek_json(run.dir .. "/sealed.json") or { openings = {} }
  local openings = wick.list()
  for _, o in ipairs(book.openings) do
    openings[#openings + 1] = o
  end
  local last = openings[#openings]
  if not last or last.config_hash ~= config_hash or last.purpose ~= purpose then
    openings[#openings + 1] = { number = #openings + 1, purpose = purpose, config_hash = config_hash }
  end
  run:write_text("sealed.json", wick.pretty_json(wick.object { { "sealed", labels }, { "openings", openings } }) .. "\n")
  run:log("sealed: the labels of validation_locked have been opened for %d config%s", #openings,
    #openings == 1 and "" or "s")
end

return S
