"""Exports that go out by themselves: by mail, to an SFTP server, by webhook (traffic-analytics.md 6.2)."""
