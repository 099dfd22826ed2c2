"""The guard as a proxy in front of any model endpoint, whatever its language."""
