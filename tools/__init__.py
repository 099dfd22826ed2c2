"""What builds, generates and checks the project; nothing here is installed."""
