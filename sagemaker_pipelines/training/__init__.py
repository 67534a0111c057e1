"""④ The graph that turns history into a registered model."""
