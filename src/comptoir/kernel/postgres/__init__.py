"""The embedded PostgreSQL: our own server, out of a wheel, behind a Unix socket that only we may use.

Settings derive everything from the data folder with `cluster(folder)`, which makes nothing. Whoever needs the
server running holds an `Attachment`:

    with attach(cluster(folder)) as database:
        database.supervise()
        ...

Any number of processes may attach to one data folder; the last one out stops the server.

How processes agree, all by `flock` on files in the data folder:

postgres-start.lock      exclusive while somebody starts, attaches, leaves or stops: nobody comes in while the last
                         one goes out
postgres-attached.lock   shared by every attachment; who gets it exclusively is the last one
postgres-server.lock     inherited by the server and all its children: free means that none of them lives, whatever
                         process ids, pid files and sockets say
"""

from comptoir.kernel.postgres.attachment import Attachment, attach, discard
from comptoir.kernel.postgres.cluster import Cluster, cluster
from comptoir.kernel.postgres.unavailable import PostgresUnavailable

__all__ = ["Attachment", "Cluster", "PostgresUnavailable", "attach", "cluster", "discard"]
