-- SPDX-License-Identifier: MIT
assert(rawget(_G, "os") == nil and wick and ta)
return { answer = 42 }
