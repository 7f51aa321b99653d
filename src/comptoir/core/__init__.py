"""The pipeline from a notification to an event; answers no HTTP."""
