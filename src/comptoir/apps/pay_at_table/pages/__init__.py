"""Pages of pay at table: what restaurants see of taken payments, tables, and the set-up."""
