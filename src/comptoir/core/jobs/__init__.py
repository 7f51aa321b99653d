"""Jobs: declared, enqueued on commit, swept."""
