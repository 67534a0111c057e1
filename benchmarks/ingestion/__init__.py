"""Ingestion: how fast, how late, how dear, from 10 to 10,000 transactions a second."""
