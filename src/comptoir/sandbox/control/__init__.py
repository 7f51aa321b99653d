"""The control page of the sandbox: a JSON interface for programs, plain forms for people."""
