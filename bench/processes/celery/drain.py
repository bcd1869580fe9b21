"""Celery's side of a drain: pushes no-op jobs, lets one worker run them with its defaults, prints jobs a second.

Run as `python3 drain.py`; the worker that it starts loads the same file as an app. BENCH_URL is the Redis, BENCH_NAME
begins every key but those of the results (Celery 5.2 has no prefix for them), BENCH_JOBS is how many.
"""

import os
import subprocess
import sys
import time

from celery import Celery
from celery.signals import worker_ready
from redis import Redis

URL = os.environ["BENCH_URL"]
PREFIX = os.environ["BENCH_NAME"] + "."
JOBS = int(os.environ["BENCH_JOBS"])
READY = PREFIX + "ready"
QUEUE = PREFIX + "queue"

app = Celery("bench", broker=URL, backend=URL)
app.conf.update(
    task_default_queue=QUEUE,
    broker_transport_options={"global_keyprefix": PREFIX},
)


@app.task(name="bench.noop")
def noop(data):
    return None


@worker_ready.connect
def note_ready(**_):
    Redis.from_url(URL).set(READY, repr(time.time()))


def drain(redis):
    ids = [noop.delay({"padding": "x" * 85}).id for _ in range(JOBS)]
    command = [sys.executable, "-m", "celery", "-A", "drain", "worker", "-Q", QUEUE, "--loglevel", "ERROR"]
    results = ["celery-task-meta-" + id for id in ids]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_results(redis, worker, results)
        return time.time() - float(redis.get(READY))
    finally:
        worker.terminate()
        worker.wait()
        redis.delete(*results)


def wait_for_results(redis, worker, keys):
    # The queue's length first, which costs the server nothing: asking for every result would slow down the worker.
    while redis.llen(PREFIX + QUEUE) > 0 or redis.exists(*keys) < len(keys):
        if worker.poll() is not None:
            raise SystemExit("The Celery worker ended early.")
        time.sleep(0.01)


if __name__ == "__main__":
    print(JOBS / drain(Redis.from_url(URL)))
