"""The commands: each adds itself to the parser, reads or acts, and returns an outcome."""
