"""Mails, each written once and sent until it arrives or is given up, visibly."""
