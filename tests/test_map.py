"""The documents are held against the code: the map, the verbs, the promises of what is imported where."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from interview_tui.cli import VERBS, cli

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "interview_tui"
HEAVY = (
    "textual torch whisper sounddevice soundfile numpy sqlite_utils sqlcipher3 pyrage docx soxr rapidfuzz phonenumbers"
)


def drawn() -> dict[str, int]:
    """The map of ARCHITECTURE.md: path -> depth."""
    block = (ROOT / "ARCHITECTURE.md").read_text().split("```")[1]
    found, folders = {}, {0: ""}
    for line in block.strip().splitlines():
        depth = (len(line) - len(line.lstrip())) // 4
        name = line.split()[0]
        path = folders[depth] + name
        folders[depth + 1] = path
        found[path] = depth
    return found


def test_what_the_map_draws_is_there():
    missing = [path for path in drawn() if not (ROOT / path).exists()]
    assert missing == []


def test_what_is_there_is_on_the_map():
    here = {path.name for path in PACKAGE.iterdir() if path.name not in ("__init__.py", "__pycache__", "topic_guide")}
    on_map = {Path(path).name for path, depth in drawn().items() if depth == 1 and path.startswith("interview_tui/")}
    assert here == on_map


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *[[verb, "--help"] for verb in VERBS]])
def test_help_loads_nothing_heavy(arguments: list[str]):
    code = (
        "import sys\nfrom interview_tui.cli import run\n"
        f"import io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()): run({arguments!r})\n"
        f"print(sorted(set({HEAVY.split()!r}) & set(sys.modules)))"
    )
    assert run_python(code) == "[]"


def test_every_verb_has_help_with_an_example():
    def walk(command, name):
        yield name, command
        for inner in getattr(command, "commands", {}).values():
            yield from walk(inner, f"{name} {inner.name}")

    for verb in VERBS:
        command = cli.get_command(None, verb)
        for name, one in walk(command, verb):
            assert one.help, name
            assert f"interview-tui {name.split()[0]}" in (one.epilog or ""), f"{name} has no example"


def test_usage_errors_exit_with_two():
    from interview_tui.cli import run

    assert run(["record"]) == 2
    assert run(["no-such-verb"]) == 2
    assert run(["export", "--format", "pdf"]) == 2


def test_heavy_libraries_are_imported_in_their_homes_only():
    homes = {
        "pyrage": {"sealed.py"},
        "sqlcipher3": {"store/database.py"},
        "sqlite_utils": {"store/database.py", "migrations.py"},
        "sounddevice": {"pipeline/microphone.py"},
        "textual": {"tui/"},
        "docx": set(),
        "whisper": {"pipeline/transcript", "demo/word_error.py"},
        "torch": {"pipeline/transcript"},
        "silero_vad": {"pipeline/transcript/voice.py"},
        "distributed": {"batch/cluster/"},
    }
    for library, allowed in homes.items():
        pattern = re.compile(rf"^\s*(?:import|from) {library}\b", re.MULTILINE)
        for path in PACKAGE.rglob("*.py"):
            if pattern.search(path.read_text()):
                where = path.relative_to(PACKAGE).as_posix()
                assert any(where.startswith(home) for home in allowed), f"{where} imports {library}"


def test_the_readme_names_the_two_commands_near_its_top():
    top = "\n".join((ROOT / "README.md").read_text().splitlines()[:30])
    assert "scripts/run" in top
    assert "scripts/test" in top


def test_every_document_that_a_document_links_to_is_there():
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_command_runs_as_a_module():
    runner = CliRunner()
    result = runner.invoke(cli, ["--help"])
    assert result.exit_code == 0
    for verb in VERBS:
        assert verb in result.output
