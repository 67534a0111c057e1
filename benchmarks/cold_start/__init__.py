"""How long the functions take to be imported."""
