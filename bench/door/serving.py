"""`python -m bench.door.serving bare|short|plain PORT`: a contestant behind the server that `comptoir serve` uses."""

import sys

from comptoir.cli import server

if __name__ == "__main__":
    server.run(host="127.0.0.1", port=int(sys.argv[2]), application=f"bench.door.{sys.argv[1]}:application")
