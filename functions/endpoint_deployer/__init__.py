"""⑥ Version -> endpoint of a stage."""
