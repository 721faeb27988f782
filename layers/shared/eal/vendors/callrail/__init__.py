"""CallRail: calls, text messages and forms."""
