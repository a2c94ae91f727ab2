"""`setup` leaves secrets in the files in which they stand."""

from tests.setup.desk import PASSWORD, Desk


def test_a_secret_that_stands_in_a_file_of_its_own_stays_there_alone(desk: Desk) -> None:
    all_in_environment = desk.all_in_environment()
    (desk.folder / "token").write_text(all_in_environment.pop("WHAPI_TOKEN") + "\n", encoding="utf-8")
    (desk.folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    all_in_environment.pop("ADMIN_PASSWORD", None)
    desk.env_file.write_text("# für mich\nADMIN_PASSWORD_FILE=password\n", encoding="utf-16")

    ran = desk.setup([], "--yes", WHAPI_TOKEN_FILE="token", **all_in_environment)

    assert (ran.exit_code, ran.errors, ran.wrong) == (0, [], [])
    kept = desk.kept
    kept.pop("WEBHOOK_SECRET")
    assert kept == {**all_in_environment, "ADMIN_PASSWORD_FILE": "password"}
    assert desk.env_file.read_text(encoding="utf-8").startswith("# für mich\nADMIN_PASSWORD_FILE=password\n")


def test_another_secret_takes_the_place_of_the_one_in_a_file(desk: Desk) -> None:
    (desk.folder / "token").write_text("refused", encoding="utf-8")
    desk.env_file.write_text("WHAPI_TOKEN_FILE=token\n", encoding="utf-8")

    ran = desk.setup(desk.answers)

    assert ran.exit_code == 0
    assert (desk.kept["WHAPI_TOKEN"], desk.kept["WHAPI_TOKEN_FILE"]) == (desk.sandbox.whapi.token, "")
