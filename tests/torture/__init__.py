"""The daemon is killed at every commit and every word it says to a server, and nothing may be lost or said twice."""
