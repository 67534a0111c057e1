"""③ Schedule -> the offline store's small files merged."""
