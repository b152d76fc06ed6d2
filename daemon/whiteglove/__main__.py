"""`python -m whiteglove`."""

import sys

from whiteglove.cli import main

sys.exit(main())
