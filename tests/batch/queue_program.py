"""A study's folder, its passphrase and its opened key in; its queue run, and news of it as lines of JSON, out."""

import dataclasses
import json
import sys
from pathlib import Path

from interview_tui.batch.running import run_queue
from interview_tui.pipeline.transcript import find_model
from interview_tui.store import open_study, queue
from interview_tui.store.keys import OpenKeys


def tell(job: queue.Job) -> None:
    print(json.dumps(dataclasses.asdict(job)), flush=True)


def main() -> None:
    folder, passphrase, secret = sys.stdin.read().splitlines()
    with open_study(Path(folder), passphrase) as study:
        run_queue(study, OpenKeys(study, secret), find_model("demo", Path("nowhere")), tell=tell)


if __name__ == "__main__":
    main()
