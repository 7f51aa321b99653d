"""What a user would take instead of us for the plumbing, put under the same load. None is a dependency."""
