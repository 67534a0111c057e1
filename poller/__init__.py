"""① The poller: reads a source of transactions and puts them on the bus."""
