"""What is misspelt, in quotes or left out is said, and other programs' variables are left in peace."""

from pathlib import Path

import pytest

from connector.checks.disk import check_that_disk_lasts
from connector.checks.variables import remarks
from connector.findings import Level


def said(environment: dict[str, str] | None = None) -> list[str]:
    found = list(remarks(Path(".env"), environment or {}))
    assert {finding.level for finding in found} <= {Level.WARNING}
    return [finding.sentence for finding in found]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def env(*lines: str, encoding: str = "utf-8") -> None:
    Path(".env").write_text("\n".join([*lines, ""]), encoding=encoding)


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant() -> None:
    env("WHAPI_TOKN=geheim", "export time_zone=Europe/Berlin", "KEEP-DAYS=30", "ALERT_URL_FILE=x", "PORT_FILE=port",
        "WHAPI_TOKEN_FIL=x")  # fmt: skip

    assert said({"ADMIN_PASWORD": "geheim"}) == [
        "Line 1 of .env: WHAPI_TOKN is no setting. Did you mean WHAPI_TOKEN?",
        "Line 2 of .env: TIME_ZONE is no setting. Did you mean TIMEZONE?",
        "Line 3 of .env: KEEP-DAYS is no setting. Did you mean KEEP_DAYS?",
        "Line 4 of .env: ALERT_URL_FILE is no setting. Did you mean ALERT_URLS_FILE?",
        "Line 5 of .env: PORT_FILE is no setting. Only secrets are read from files: set PORT itself.",
        "Line 6 of .env: WHAPI_TOKEN_FIL is no setting. Did you mean WHAPI_TOKEN_FILE?",
        "ADMIN_PASWORD in the environment is no setting. Did you mean ADMIN_PASSWORD?",
    ]


FOREIGN = """
    HOSTNAME HOSTTYPE LOGNAME LANGUAGE TZ PORTAGE SSL_CERT_FILE GOOGLE_APPLICATION_CREDENTIALS DATABASE_PUBLIC_URL
    DATABASE_PRIVATE_URL ORDERS_PORT ITEMS_SERVICE_HOST CONTAINER_NAME REDIS_URL RENDER_EXTERNAL_URL API_TOKEN
    XHOST PORTS RAILWAY_PUBLIC_DOMAIN WEBHOOK_SECRET_FILE GOOGLE_CREDENTIALS_FILE
"""


def test_other_programs_variables_are_left_in_peace() -> None:
    foreign = ["COMPOSE_PROJECT_NAME", "POSTGRES_PASSWORD", "POSTGRES_DB", "DB_PASSWORD", "RYE_TOKEN", "SMTP_PASSWORD"]
    env("SHOPS_FILE=shops.toml", "WHAPI_TOKEN=t", *(f"{name}=x" for name in (*foreign, "RYE_WHAPI_TOKEN", "API_TOKEN")))
    assert said(dict.fromkeys([*foreign, *FOREIGN.split()], "x")) == []


def test_what_is_no_assignment_is_named_by_its_line_alone() -> None:
    env("# fine", "WHAPI_TOKEN", "WHAPI_TOKEN:geheim", "a token on a line", "export PATH")

    assert said() == [
        "Line 2 and 2 more of .env can't be read and is left out. Write each as NAME=value on one line; a value that "
        "holds quotes or a # goes in single quotes."
    ]


def test_what_a_password_loses_to_a_variable_that_is_not_there_is_said() -> None:
    env("ADMIN_PASSWORD='my${secret}word'", "DATABASE_URL=${THE_DATABASE}", "EVENTS_URL=${A:-https://b.example}")

    assert said({"THE_DATABASE": "x"}) == [
        "Line 1 of .env: a reference with $ and braces was left out of ADMIN_PASSWORD, because there is no such "
        "variable. Choose a value without it, or set that variable."
    ]


def test_quotes_in_the_environment_and_utf_16_are_said() -> None:
    env("TIMEZONE=Europe/Berlin", encoding="utf-16")

    assert said({"WHAPI_TOKEN": '"geheim"', "PORT": "'8080'", "PS1": '"x"', "ADMIN_PASSWORD": '"'}) == [
        ".env is in UTF-16, which other programs can't read. Save it as UTF-8.",
        "What stands behind the = of PORT, WHAPI_TOKEN in the environment is in quotes, which were left out. (docker "
        "run --env-file takes a value as it stands there.) Take the quotes out there.",
    ]


def test_an_env_file_that_an_editor_has_called_otherwise_is_named() -> None:
    Path(".env.txt").touch()

    assert said() == [".env.txt is not read. Rename it to .env."]
    env("TIMEZONE=Europe/Berlin")
    assert said() == []


MOUNTS = """\
overlay / overlay rw 0 0
/dev/vdb /data ext4 rw 0 0
/dev/vdc /my\\040disk ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "platform", "is_lost"),
    [
        ("/app/data/x.db", "RENDER", True),
        ("/run/data/x.db", "FLY_APP_NAME", True),
        ("/data/x.db", "RAILWAY_ENVIRONMENT", False),
        ("/my disk/shop/x.db", "DYNO", False),
        ("/app/data/x.db", "HOME", False),
    ],
)
def test_a_database_on_a_platforms_own_disk_is_a_warning(folder: Path, path: str, platform: str, is_lost: bool) -> None:
    (folder / "mounts").write_text(MOUNTS, encoding="utf-8")

    found = check_that_disk_lasts(Path(path), {platform: "1"}, folder / "mounts")

    assert [finding.sentence.partition(", and")[0] for finding in found] == (
        [
            f"The database {path} lies on a disk that {'Render' if platform == 'RENDER' else 'Fly.io'} empties at each "
            "deploy"
        ]
        if is_lost
        else []
    )


def test_nothing_is_said_of_a_database_elsewhere_or_where_no_mounts_are_known(folder: Path) -> None:
    assert not list(check_that_disk_lasts(None, {"RENDER": "true"}))
    assert not list(check_that_disk_lasts(Path("x.db"), {"RENDER": "true"}, folder / "none"))
