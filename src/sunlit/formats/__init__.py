"""Foreign documents and what Sunlit reads from them or writes to them."""
