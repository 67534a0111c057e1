"""Benchmarks: each is a package with its own `__main__`, and prints a table beside a limit."""
