"""The scheduler: what hangs in a job holds up no end of the process."""

import subprocess
import sys

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
