"""Settings: read once, every fault at once, no secret in sight, all of them documented."""

import dataclasses
import re
from pathlib import Path

import pytest

from mobilis_graph import settings
from mobilis_graph.db import Db
from mobilis_graph.errors import ConfigError
from mobilis_graph.settings import Settings
from tests.conftest import ROOT

SERVER = {"MOBILIS_NEO4J_URI": "neo4j+s://db.example:7687", "MOBILIS_NEO4J_PASSWORD": "hunter2"}


def test_nothing_is_needed_for_the_embedded_engine(tmp_path: Path) -> None:
    found = Settings.from_env({"MOBILIS_HOME": str(tmp_path)})

    assert found == Settings(home=tmp_path)
    assert found.neo4j_uri is None


def test_every_setting_is_read() -> None:
    env = {
        **SERVER,
        "MOBILIS_HOME": "/h",
        "MOBILIS_NEO4J_USER": "u",
        "MOBILIS_NEO4J_DATABASE": "d",
        "MOBILIS_SECRET_FILE": "/s",
        "MOBILIS_PORT": "1",
        "MOBILIS_TIMEOUT_S": "2",
        "MOBILIS_CONNECT_TIMEOUT_S": "3",
        "MOBILIS_RETRY_S": "4",
        "MOBILIS_POOL_SIZE": "5",
        "MOBILIS_HEAP_MB": "6",
    }

    found = Settings.from_env(env)

    assert dataclasses.asdict(found) == {
        "home": Path("/h"), "neo4j_uri": "neo4j+s://db.example:7687", "neo4j_user": "u", "neo4j_password": "hunter2",
        "neo4j_database": "d", "secret_file": Path("/s"), "port": 1, "timeout_s": 2, "connect_timeout_s": 3, "retry_s": 4,
        "pool_size": 5, "heap_mb": 6,
    }  # fmt: skip
    assert set(env) | {"MOBILIS_NEO4J_PASSWORD_FILE"} == settings.VARIABLES


def test_an_encrypted_address_makes_an_encrypted_driver() -> None:
    found = Settings.from_env(SERVER)
    assert found.neo4j_uri == "neo4j+s://db.example:7687"

    with Db(found.neo4j_uri, (found.neo4j_user, found.neo4j_password), database=found.neo4j_database) as db:
        assert db._driver.encrypted


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        Settings.from_env(
            {
                "MOBILIS_PORTS": "1",
                "MOBILIS_PORT": "70000",
                "MOBILIS_TIMEOUT_S": "soon",
                "MOBILIS_HEAP_MB": "-5",
                "MOBILIS_NEO4J_URI": "db.example:7687",
                "MOBILIS_NEO4J_PASSWORD_FILE": str(tmp_path / "none"),
                "MOBILIS_HOME": "~nobody-of-that-name/data",
            }
        )

    text = str(told.value)
    assert "MOBILIS_PORTS is not a setting; known are " in text
    assert "MOBILIS_PORT must be a whole number from 1 to 65535, not '70000'" in text
    assert "MOBILIS_TIMEOUT_S must be" in text
    assert "MOBILIS_HEAP_MB must be" in text
    assert "MOBILIS_NEO4J_URI must look like" in text
    assert "none cannot be read (No such file or directory)" in text
    assert "MOBILIS_HOME: ~nobody-of-that-name/data names a user who is not on this machine" in text


@pytest.mark.parametrize("text", ["0", "1.5", "1e3", " 5", "٣x", "9" * 5000])
def test_a_number_is_a_whole_one_within_reason(text: str) -> None:
    with pytest.raises(ConfigError, match="MOBILIS_RETRY_S must be a whole number from 1 to"):
        Settings.from_env({"MOBILIS_RETRY_S": text})


def test_a_variable_left_empty_is_as_good_as_none() -> None:
    assert Settings.from_env({"MOBILIS_RETRY_S": "", "MOBILIS_HOME": "/h"}) == Settings(home=Path("/h"))


def test_a_server_without_password_is_refused() -> None:
    with pytest.raises(ConfigError, match="neither MOBILIS_NEO4J_PASSWORD nor MOBILIS_NEO4J_PASSWORD_FILE is"):
        Settings.from_env({"MOBILIS_NEO4J_URI": "bolt://h"})


def test_a_password_within_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="must not hold a user or password") as told:
        Settings.from_env({"MOBILIS_NEO4J_URI": "bolt://neo4j:hunter2@h", "MOBILIS_NEO4J_PASSWORD": "hunter2"})

    assert "hunter2" not in str(told.value)


def test_a_password_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hunter2\n", encoding="utf-8")

    found = Settings.from_env({"MOBILIS_NEO4J_URI": "bolt://h", "MOBILIS_NEO4J_PASSWORD_FILE": str(tmp_path / "pw")})

    assert found.neo4j_password == "hunter2"


def test_a_password_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "pw").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="pw is not text"):
        Settings.from_env({"MOBILIS_NEO4J_URI": "bolt://h", "MOBILIS_NEO4J_PASSWORD_FILE": str(tmp_path / "pw")})


def test_a_secret_is_never_shown() -> None:
    assert "hunter2" not in repr(Settings.from_env(SERVER))
    assert "hunter2" not in str(Settings.from_env(SERVER))


def test_paths_do_not_hang_on_where_the_app_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    found = Settings.from_env({"MOBILIS_HOME": "data", "MOBILIS_SECRET_FILE": "key"})

    assert (found.home, found.secret_file) == (tmp_path / "data", tmp_path / "key")


def test_the_home_is_by_default_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))

    assert settings.default_home().name == "mobilis"
    assert Settings.from_env({}).home == settings.default_home()


def test_the_variables_of_the_tests_are_no_settings() -> None:
    assert Settings.from_env({"MOBILIS_TEST_NEO4J_URI": "bolt://h", "MOBILIS_HOME": "/h"}) == Settings(home=Path("/h"))


def test_the_example_names_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(MOBILIS_\w+)=(.*)$", text, re.MULTILINE))
    told = {n: str(v) for n, v in named.items() if v}

    assert set(named) == settings.VARIABLES
    assert told == {
        f"MOBILIS_{f.name.upper()}": str(f.default)
        for f in dataclasses.fields(Settings)
        if f.default not in (dataclasses.MISSING, None, "")
    }


def test_a_copied_example_gives_the_defaults() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")

    found = Settings.from_env(dict(re.findall(r"^(MOBILIS_\w+)=(.*)$", text, re.MULTILINE)))

    assert found == Settings(home=settings.default_home())
