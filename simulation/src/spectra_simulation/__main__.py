"""The command line as `python -m spectra_simulation`."""

import sys

from .command_line import main

sys.exit(main())
