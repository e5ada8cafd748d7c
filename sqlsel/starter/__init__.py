"""Configs to start from, written from what a dataset holds."""
