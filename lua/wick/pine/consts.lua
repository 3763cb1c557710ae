-- SPDX-License-Identifier: MIT
-- Constants that only name a look or a mode: their own last word.
local core = ...

local lists = {
  shape = [[xcross cross triangleup triangledown flag circle arrowup arrowdown labelup labeldown square
    diamond]],
  location = "abovebar belowbar top bottom absolute",
  size = "auto tiny small normal large huge",
  display = "all data_window none pane pine_screener price_scale status_line",
  extend = "none left right both",
  position = [[top_left top_center top_right middle_left middle_center middle_right bottom_left
    bottom_center bottom_right]],
  text = [[align_left align_center align_right align_top align_bottom wrap_auto wrap_none format_bold
    format_italic format_none]],
  font = "family_default family_monospace",
  xloc = "bar_index bar_time",
  yloc = "price abovebar belowbar",
  scale = "left right none",
  format = "inherit price volume percent mintick",
  order = "ascending descending",
  barmerge = "gaps_on gaps_off lookahead_on lookahead_off",
  currency = [[AED ARS AUD BDT BHD BRL BTC CAD CHF CLP CNY COP CZK DKK EGP ETH EUR GBP HKD HUF IDR ILS INR
    ISK JPY KES KRW KWD LKR MAD MXN MYR NGN NOK NONE NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND
    TRY TWD USD USDT VES VND ZAR]],
  adjustment = "none splits dividends",
  backadjustment = "inherit off on",
  settlement_as_close = "inherit off on",
  splits = "denominator numerator",
  earnings = "actual estimate standardized future_eps future_period_end_time future_revenue future_time",
  dividends = "gross net future_amount future_ex_date future_pay_date",
}

local M = {}
for name, words in core.pairs(lists) do
  local t = {}
  for word in words:gmatch("%S+") do t[word] = word end
  M[name] = core.view("pine." .. name, t)
end
return M
