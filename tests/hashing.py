"""Passwords and PINs are hashed by the same algorithm as ever, at its least cost: the usual is 0.2 CPU seconds each.

Servers that tests start are processes of their own and hash at the usual cost.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher

Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 8
Argon2PasswordHasher.parallelism = 1
