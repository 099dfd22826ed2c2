"""One file a migration, named r0001_<what>.py, each on top of the one before."""
