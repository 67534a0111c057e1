"""② Rows of the Flink engine -> Feature Store."""
