return wick.strategy "idle"
