"""Counts that arrive by themselves: from a folder, an SFTP server, a mailbox, a device."""
