"""Order and Pay: tables, open checks, payments and orders sent to the till, and the news of them."""
