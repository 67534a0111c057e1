"""⑦ Hour -> loss, naive loss and coverage of the production endpoint."""
