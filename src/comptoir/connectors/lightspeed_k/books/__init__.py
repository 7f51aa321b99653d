"""The financial API beyond the feed of sales: trading days, V1, sums, ways to pay, taxes."""
