"""④ The forecaster's image: `train` and `serve` with the contract of Amazon DeepAR."""
