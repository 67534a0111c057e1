"""⑧ Alarm, schedule or person -> at most one training."""
