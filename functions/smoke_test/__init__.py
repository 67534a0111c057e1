"""⑥ Staging endpoint -> a forecast that holds, and its capture."""
