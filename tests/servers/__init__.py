"""Real and scripted servers on loopback for the tests. Nothing here leaves this machine."""
