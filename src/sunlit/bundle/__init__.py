"""The evidence bundle for a court: read, check and lay out. `spec/bundle.md` is the format."""
