"""What we hold ourselves to, measured on the machine at hand (scripts/bench). The rigs of the tests serve here too."""

import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent.parent / "tests"
sys.path.insert(0, str(TESTS))
