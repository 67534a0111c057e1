"""② Raw object -> exact rows of the minutes in it."""
