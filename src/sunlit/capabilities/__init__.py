"""One room per capability, all of one shape; none imports another."""
