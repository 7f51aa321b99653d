"""Whether everything flows: what is wrong with a connection, a store or the house, and who has to hear of it."""
