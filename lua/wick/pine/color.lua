-- SPDX-License-Identifier: MIT
-- pine.color: a colour is one number, transparency (0..100) * 2^24 + red * 2^16 + green * 2^8 + blue.
local core = ...
local type, tonumber = type, tonumber
local floor = math.floor
local raise = core.raise
local NA = 0 / 0
local T, R, G = 16777216, 65536, 256

local M = {
  aqua = 0x00BCD4, black = 0x363A45, blue = 0x2196F3, fuchsia = 0xE040FB, gray = 0x787B86,
  green = 0x4CAF50, lime = 0x00E676, maroon = 0x880E4F, navy = 0x311B92, olive = 0x808000,
  orange = 0xFF9800, purple = 0x9C27B0, red = 0xF23645, silver = 0xB2B5BE, teal = 0x089981,
  white = 0xFFFFFF, yellow = 0xFDD835,
}

local function clamp(x, top)
  if x == nil or x ~= x then return 0 end
  x = floor(x + 0.5)
  if x < 0 then return 0 end
  return x > top and top or x
end

local function part(c, unit, base) return floor(c / unit) % base end

--- pine.color.rgb(red, green, blue [, transparency])
function M.rgb(r, g, b, t)
  return clamp(t, 100) * T + clamp(r, 255) * R + clamp(g, 255) * G + clamp(b, 255)
end

--- pine.color.new(colour, transparency)
function M.new(c, t)
  if c == nil then return nil end
  return clamp(t, 100) * T + c % T
end

--- pine.color.hex("#RRGGBB" or "#RRGGBBAA")
function M.hex(text)
  local r, g, b, a = tostring(text):match("^#(%x%x)(%x%x)(%x%x)(%x?%x?)$")
  if not r then raise("pine.color.hex: '" .. core.tostring(text) .. "' is no colour (#RRGGBB or #RRGGBBAA)") end
  local alpha = a ~= "" and tonumber(a, 16) or 255
  return M.rgb(tonumber(r, 16), tonumber(g, 16), tonumber(b, 16), (255 - alpha) * 100 / 255)
end

local function reader(name, unit, base)
  M[name] = function(c)
    if c == nil then return NA end
    return part(c, unit, base)
  end
end
reader("r", R, 256)
reader("g", G, 256)
reader("b", 1, 256)
reader("t", T, 128)

--- pine.color.from_gradient(value, bottom, top, bottom_color, top_color)
function M.from_gradient(x, bottom, top, from, to)
  if type(x) ~= "number" or x ~= x or from == nil or to == nil then return nil end
  local at = top == bottom and 1 or (x - bottom) / (top - bottom)
  if at < 0 then at = 0 elseif at > 1 then at = 1 end
  local function mix(unit, base)
    local a, b = part(from, unit, base), part(to, unit, base)
    return a + (b - a) * at
  end
  return M.rgb(mix(R, 256), mix(G, 256), mix(1, 256), mix(T, 128))
end

return { color = core.view("pine.color", M) }
