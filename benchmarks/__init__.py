"""What Sunlit costs, measured side by side with what others offer: `make bench`."""
