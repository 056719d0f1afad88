"""Where the real files are that tests may look at when they are present: UZEL_SAMPLES, or beside the repository."""

import os
from pathlib import Path

SAMPLES = Path(os.environ.get("UZEL_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples")
