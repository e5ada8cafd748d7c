"""``python -m sqlsel`` is the command line."""

from __future__ import annotations

from sqlsel.cli import main

if __name__ == "__main__":
    main()
