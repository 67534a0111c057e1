"""The `evergreen` command; a regular package, since python-hcl2 installs another `cli`."""
