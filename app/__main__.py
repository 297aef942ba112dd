"""`python -m app` is the command `tradewind`."""

import sys

from app.cli import main

sys.exit(main())
