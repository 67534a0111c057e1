"""④ The training pipeline: its graph, the scripts of its steps, and the forecaster's container."""
