"""Sessions of members: signing in, what a session shows, and how it ends."""
