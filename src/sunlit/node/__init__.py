"""Use cases of a node: what a website's visitors and officers do. No framework, no SQL."""
