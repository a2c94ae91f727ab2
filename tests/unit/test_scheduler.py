"""The scheduler: what hangs in a job holds up no end of the process."""

import subprocess
import sys

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from connector.jobs.scheduler import Job, Scheduler

_HANGS = """
import threading
from connector.jobs.scheduler import Job, Scheduler
began = threading.Event()
def hang():
    began.set()
    threading.Event().wait()
scheduler = Scheduler()
scheduler.every(60, Job.CHECKS, hang, first_after=0)
scheduler.start()
began.wait()
scheduler.stop()
"""


def test_a_process_ends_while_a_job_hangs() -> None:
    assert subprocess.run([sys.executable, "-c", _HANGS], timeout=30, check=False).returncode == 0


@pytest.mark.parametrize(
    ("error", "level"), [(OperationalError("SELECT 1", {}, psycopg.OperationalError()), "debug"), (KeyError(), "error")]
)
def test_a_job_of_all_shops_that_finds_no_database_leaves_it_to_the_store_to_say_so(
    error: Exception, level: str
) -> None:
    def fail(_wait: object) -> None:
        raise error

    with capture_logs() as lines:
        Scheduler().guarded(Job.PROBLEM_EVENTS, fail)()

    assert [(line["event"], line["log_level"]) for line in lines] == [("job.fault", level)]
