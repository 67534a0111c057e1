"""② The Flink engine: the stream of events -> exact rows of the minutes, seconds after them."""
