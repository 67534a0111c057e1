"""⑥ Approved version -> one deployment."""
