"""Reports on what a database holds: a tag, the run that made it, and its plan made again."""
