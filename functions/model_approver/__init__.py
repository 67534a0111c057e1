"""⑤ Version that waits -> approved, if the policy says so."""
