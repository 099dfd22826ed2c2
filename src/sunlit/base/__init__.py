"""What every layer stands on: errors, canonical JSON, times, names."""
