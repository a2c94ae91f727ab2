"""Work in a child process: what it returns and raises is its caller's, and it is done in any case."""

import subprocess
import sys

import pytest

BEGIN = """
import os, threading
from connector.child import Child
here = os.getpid()
"""


def run(script: str) -> str:
    """In a process without threads, which that of the tests is not."""
    done = subprocess.run([sys.executable, "-c", BEGIN + script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_work_is_done_in_another_process_and_its_result_is_carried_over() -> None:
    assert run("print(Child(lambda: {'elsewhere': os.getpid() != here}).result())") == "{'elsewhere': True}\n"


def test_a_result_larger_than_a_pipe_holds_is_carried_over() -> None:
    assert run("print(len(Child(lambda: 'x' * 1_000_000).result()))") == "1000000\n"


def test_what_the_work_raises_is_raised_here() -> None:
    script = """
from connector.config import SettingsError
def work():
    raise SettingsError([f"One{'' if os.getpid() == here else ', found elsewhere'}.", "Two."])
try:
    Child(work).result()
except SettingsError as error:
    print(error.problems, error)
"""

    assert run(script) == "['One, found elsewhere.', 'Two.'] One, found elsewhere. Two.\n"


@pytest.mark.parametrize(
    "end",
    ["os.kill(os.getpid(), 9)", "os._exit(0)", "sys.exit(3)", "return lambda: 'no pickle takes this'"],
)
def test_work_whose_child_dies_or_brings_nothing_back_is_done_here(end: str) -> None:
    script = f"""
import sys
def work():
    if os.getpid() != here:
        {end}
    return "done here"
print(Child(work).result())
"""

    assert run(script) == "done here\n"


def test_a_process_with_threads_is_not_copied() -> None:
    script = """
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
print(Child(lambda: os.getpid() == here).result())
end.set()
"""

    assert run(script) == "True\n"


def test_no_child_stays_behind() -> None:
    script = """
Child(lambda: 1).result()
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("none")
"""

    assert run(script) == "none\n"
