"""Beginnings of the ids of requests that the loop tests a model with. Pure.

They get no ground truth, so that monitoring does not wait for one.
"""

SMOKE_TEST = "smoke-"
TOURNAMENT = "tournament-"
WITHOUT_TRUTH = (SMOKE_TEST, TOURNAMENT)
