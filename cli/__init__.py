"""The command line `evergreen`: what the loop does, what it decided, and a person's answers."""
