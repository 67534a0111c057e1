"""Where transactions come from. Each source is an iterator of polls."""
