"""Points that expire: which, when, and the job that writes it down."""
