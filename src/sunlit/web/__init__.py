"""The website: parse, call one use case, render. No rule about the domain."""
