"""Datasets as tables of a database: what they hold, how rows enter them, tags and runs."""
