"""Pay at table: guests pay through a provider, and the till hears of it exactly once."""
