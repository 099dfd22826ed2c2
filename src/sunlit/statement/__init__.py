"""Signed statements about digests: keys, DSSE, in-toto, manifests, model signatures."""
