"""Who the members are: what is known of them, what they agreed to, and how they leave."""
