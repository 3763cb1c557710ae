-- SPDX-License-Identifier: MIT
return require "support.circle"
