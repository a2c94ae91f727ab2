"""The pool of threads that end with the process."""

import threading

from connector.jobs.pool import Pool


def test_as_much_is_under_way_at_once_as_there_may_be_threads() -> None:
    pool, together, done = Pool(3, "test"), threading.Barrier(3), threading.Semaphore(0)

    def work() -> None:
        together.wait(20)
        done.release()

    for _ in range(6):
        pool.submit(work)

    assert all(done.acquire(timeout=20) for _ in range(6))
    pool.stop()


def test_no_more_threads_are_begun_than_there_is_need_for() -> None:
    pool, names, done = Pool(8, "alone"), set[str](), threading.Semaphore(0)

    def work() -> None:
        names.add(threading.current_thread().name)
        done.release()

    for _ in range(20):
        pool.submit(work)
        assert done.acquire(timeout=20)

    # A thread that has just ended its work may not be waiting yet when the next comes.
    assert len(names) <= 2
    pool.stop()


def test_what_fails_ends_no_thread() -> None:
    pool, done = Pool(1, "test"), threading.Event()

    pool.submit(lambda: 1 / 0)
    pool.submit(done.set)

    assert done.wait(20)
    pool.stop()


def test_nothing_more_is_begun_after_the_end() -> None:
    pool, began, goes_on, done = Pool(1, "test"), threading.Event(), threading.Event(), list[str]()

    def first() -> None:
        began.set()
        goes_on.wait(20)
        done.append("first")

    pool.submit(first)
    assert began.wait(20)
    pool.submit(lambda: done.append("second"))
    pool.stop()
    pool.submit(lambda: done.append("third"))
    goes_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("test-"):
            thread.join(20)

    assert done == ["first"]
