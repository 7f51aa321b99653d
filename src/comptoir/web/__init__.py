"""The shell: page frame, navigation, API frame, and the doors."""
