"""What the daemon promises, guarantee by guarantee, put to what really happens to it."""
