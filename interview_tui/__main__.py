"""``interview-tui`` and ``python -m interview_tui``: an argument list in, an exit status out."""

import sys


def main() -> None:
    from interview_tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
