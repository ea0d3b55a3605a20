"""What every command prints to, and how it ends where something is wrong."""

import sys
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.text import Text

console = Console(highlight=False)

SHARDS = Path("runs/shards")


def fail(message: str) -> NoReturn:
    """Print what is wrong and the remedy, and leave with status 2."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"Error: {message}"))
    sys.exit(2)
