"""The server's store: its commands, its configuration, and what it says when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from bedplate_server import BedplateServer, run_bedplate
from postgres_cluster import PostgresCluster, postgres_programs


def put(database: Path, name: str) -> None:
    """A row, as another process of Bedplate's writes it."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO settings (account_id, region, name, document, version) "
            "VALUES ('', '', ?, '{}', 1)", [name])
    connection.close()


def names(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return [row[0] for row in connection.execute("SELECT name FROM settings ORDER BY name")]
    finally:
        connection.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def data_dir(server: BedplateServer) -> Path:
    return Path(server.data_dir)


# The server runs all the time, and sees what was restored.
def test_backup_and_restore_of_a_live_server(start_server, tmp_path):
    server = start_server()
    database = data_dir(server) / "bedplate.db"
    assert mode_of(database) == 0o600
    put(database, "before")
    backup = tmp_path / "state.backup"
    done = run_bedplate("backup", "--data-dir", data_dir(server), backup)
    assert done.returncode == 0, done.stderr
    assert "credentials.json" in done.stdout, "says what it does not hold"
    assert mode_of(backup) == 0o600
    put(database, "after")

    again = run_bedplate("backup", "--data-dir", data_dir(server), backup)
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert names(backup) == ["before"]

    done = run_bedplate("restore", "--data-dir", data_dir(server), backup)
    assert done.returncode == 0, done.stderr
    assert names(database) == ["before"]
    forced = run_bedplate("backup", "--force", "--data-dir", data_dir(server), backup)
    assert forced.returncode == 0, forced.stderr
    doctor = run_bedplate("doctor", "--data-dir", data_dir(server))
    assert f"SQLite, {database}" in doctor.stdout
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["state.backup"]


def test_restore_on_a_new_machine(start_server, tmp_path):
    server = start_server()
    put(data_dir(server) / "bedplate.db", "kept")
    backup = tmp_path / "state.backup"
    done = run_bedplate("backup", "--data-dir", data_dir(server), backup)
    assert done.returncode == 0, done.stderr
    new = tmp_path / "new"
    done = run_bedplate("restore", "--data-dir", new, backup)
    assert done.returncode == 0, done.stderr
    assert names(new / "bedplate.db") == ["kept"]
    assert mode_of(new) == 0o700


@pytest.mark.parametrize("content", [None, b"", b"no database at all, only some text in a file"])
def test_restore_refuses_what_is_no_backup(tmp_path, content):
    backup = tmp_path / "state.backup"
    if content is not None:
        backup.write_bytes(content)
    done = run_bedplate("restore", "--data-dir", tmp_path / "data", backup)
    assert done.returncode == 1
    assert str(backup) in done.stderr


def test_backup_without_state(tmp_path):
    done = run_bedplate("backup", "--data-dir", tmp_path / "data", tmp_path / "file")
    assert done.returncode == 1
    assert "no state" in done.stderr
    assert not any(tmp_path.iterdir())


def test_a_damaged_database_is_named(tmp_path):
    database = tmp_path / "bedplate.db"
    database.write_bytes(b"x" * 10_000)
    for command in (["serve", "--listen", "127.0.0.1:0"], ["doctor"]):
        done = run_bedplate(*command, "--data-dir", tmp_path)
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert str(database) in said and "bedplate restore" in said


def test_one_line_for_postgres(start_server, tmp_path):
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with PostgresCluster() as cluster:
        line = f'storage.url = "{cluster.url}"\n'
        server = start_server(line)
        assert not (data_dir(server) / "bedplate.db").exists()
        config = tmp_path / "bedplate.toml"
        config.write_text(line)
        common = ["--config", config, "--data-dir", data_dir(server)]
        doctor = run_bedplate("doctor", *common)
        assert "PostgreSQL, database postgres at" in doctor.stdout
        backup = tmp_path / "state.backup"
        done = run_bedplate("backup", *common, backup)
        assert done.returncode == 0, done.stderr
        assert names(backup) == []
        put(backup, "moved")
        done = run_bedplate("restore", *common, backup)
        assert done.returncode == 0, done.stderr
        done = run_bedplate("backup", "--force", *common, backup)
        assert done.returncode == 0, done.stderr
        assert names(backup) == ["moved"]
        server.stop()


def test_postgres_that_is_away(tmp_path):
    config = tmp_path / "bedplate.toml"
    config.write_text(f'storage.url = "postgresql:///d?host={tmp_path}"\n')
    done = run_bedplate("serve", "--listen", "127.0.0.1:0", "--config", config,
                    "--data-dir", tmp_path / "data")
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr
    config.write_text('[storage]\nurl = "postgresql:///d"\npassword_env = "BEDPLATE_TEST_UNSET"\n')
    done = run_bedplate("serve", "--listen", "127.0.0.1:0", "--config", config,
                    "--data-dir", tmp_path / "data")
    assert done.returncode == 2
    assert "BEDPLATE_TEST_UNSET" in done.stderr
