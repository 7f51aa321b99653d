"""Real-time notifications: the account feed of the till (sheet 13)."""
