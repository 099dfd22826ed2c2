"""The log: tree, tiles, notes, checkpoints, cosignatures, receipts. It knows only bytes.

The pure modules (everything but `files`, `lock`, `sequencer` and `fsck`) open no file and read
no clock. What they implement, and in which version, stands in `spec/log.md`.
"""
