"""⑧ Model deployed to production -> the threshold of its own backtest."""
