"""A passphrase and ``study.db`` in, a database that can be asked and written out. SQLCipher through sqlite-utils.

SQLCipher encrypts and authenticates every page (https://www.zetetic.net/sqlcipher/design/); its own key derivation
turns the passphrase into the key. Without SQLCipher nothing is opened: there is no fall-back to plain SQLite.
"""

import contextlib
import sys
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from interview_tui.errors import NewerStudy, StudyBusy, StudyDamaged, WrongPassphrase
from interview_tui.migrations import STEPS, migrations

if TYPE_CHECKING:
    from sqlite_utils.db import Database as Tables
    from sqlite_utils.db import Table

WAIT_MS = 15_000  # a second program that writes without pause held a writer up for 4 s when it was measured

Row = dict[str, Any]


class StudyDatabase:
    """One connection, used by any thread of this process in turn."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self._lock = threading.RLock()
        self._tables = _connect(path, passphrase)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._tables.close()

    def upgrade(self) -> None:
        """Bring an older study's tables up to this program; refuse a newer one."""
        with self._lock, _named():
            self._upgrade()

    def _upgrade(self) -> None:
        steps = migrations()
        if {step.name for step in steps.applied(self._tables)} - {name for name, _ in STEPS}:
            raise NewerStudy(
                "A newer version of interview-tui has used this study.",
                safe="Nothing was changed.",
                hint="Install the newer version on this computer, and open the study with that.",
            )
        if steps.pending(self._tables):
            steps.apply(self._tables)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction: all of it or nothing. May be nested.

        ``BEGIN IMMEDIATE``, because a transaction that only reads at first cannot wait for its turn to write.
        """
        with self._lock, _named():
            if self._tables.conn.in_transaction:
                with self._tables.atomic():
                    yield
                return
            self._tables.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._tables.conn.execute("COMMIT")
            except BaseException:  # whatever ended it, half a transaction must not stay
                self._tables.conn.rollback()
                raise

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self._lock, _named():
            return list(self._tables.query(sql, values))

    def row(self, sql: str, *values: object) -> Row | None:
        return next(iter(self.rows(sql, *values)), None)

    def value(self, sql: str, *values: object) -> Any:
        found = self.row(sql, *values)
        return None if found is None else next(iter(found.values()))

    def insert(self, table: str, row: Row, *, replace: bool = False) -> None:
        with self.writing():
            self._table(table).insert(row, replace=replace)

    def run(self, sql: str, *values: object) -> None:
        with self.writing():
            self._tables.conn.execute(sql, values)

    def version(self) -> int:
        """A number that changes when another process has written: what a screen asks ten times a second."""
        return int(self.value("PRAGMA data_version"))

    def problems(self) -> Sequence[str]:
        """What SQLCipher's and SQLite's own checks find: damaged pages by number, [] when all is well."""
        found = []
        for question in ("PRAGMA cipher_integrity_check", "PRAGMA integrity_check"):
            try:
                found += [str(next(iter(row.values()))) for row in self.rows(question)]
            except StudyDamaged as error:  # so much is damaged that SQLite does not even look
                found.append(error.what)
        return [words for words in found if words != "ok"]

    def squeeze(self) -> None:
        """Rewrite the file without what was deleted, and empty the journal."""
        with self._lock, _named():
            self._tables.conn.execute("VACUUM")
            self._tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _table(self, name: str) -> "Table":
        return self._tables.table(name)


def _sqlcipher() -> Any:
    """SQLCipher's module, put where sqlite-utils looks first, so that the exceptions of the two are the same."""
    try:
        import sqlcipher3
        import sqlcipher3.dbapi2
    except ImportError as error:
        raise StudyDamaged(
            "SQLCipher is not installed, so the study's database cannot be opened.",
            safe="Nothing was changed. We never open a study without encryption.",
            hint="Install it: pip install sqlcipher3.",
        ) from error
    sys.modules["pysqlite3"] = sqlcipher3
    sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2
    return sqlcipher3.dbapi2


def _connect(path: Path, passphrase: str) -> "Tables":
    dbapi = _sqlcipher()
    from sqlite_utils import Database as Tables

    connection = dbapi.connect(str(path), check_same_thread=False, timeout=WAIT_MS / 1000)
    key = unicodedata.normalize("NFC", passphrase).replace("'", "''")
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = '{key}'")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except dbapi.DatabaseError as error:
        connection.close()
        raise WrongPassphrase(
            "That passphrase does not open the study, or its database is damaged.",
            safe="Nothing was changed.",
            hint="Try again; capitals and spaces count. Nobody can reset it.",
        ) from error
    return Tables(connection, recursive_triggers=False, execute_plugins=False)


@contextlib.contextmanager
def _named() -> Iterator[None]:
    """SQLite's own errors as sentences."""
    sqlite3 = _sqlcipher()

    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of ours, to be seen as one
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StudyBusy(
                "Another program is writing to the study.", safe="Nothing was changed.", hint="Try again in a moment."
            ) from error
        raise StudyDamaged(
            f"The study's database answered: {error}.",
            safe="What was saved before is kept.",
            hint="Is the disk full? Then make room. Else run interview-tui verify.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise StudyDamaged(
            f"The study's database is damaged ({error}).",
            safe="Recordings are kept in their own files.",
            hint="Run interview-tui verify, and bring study.db back from a back-up.",
        ) from error
