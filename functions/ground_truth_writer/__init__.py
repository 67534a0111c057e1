"""⑦ Reading -> ground truth and forecasts as Model Monitor reads them."""
