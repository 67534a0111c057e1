"""⑥ Tested version -> approval for production, given or asked for."""
