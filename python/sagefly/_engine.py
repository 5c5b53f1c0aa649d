"""Point this process at the local engine, and start that when none runs."""

import atexit
import json
import os
import subprocess
import tempfile

from ._program import Error, problem, program, run

_started = {}  # engines that this process started and ends, by data directory


def connect(data=None, addr=None):
    """Make the AWS clients that this process creates from now on talk to the local engine. Returns its address.

    data: the engine's data directory; None = SAGEFLY_DATA, else the user's own. addr: host:port for an engine that has to be
    started; None = the usual port when it is free, else any.

    When nobody serves the data directory, an engine is started in the background, and ended when this process ends. Jobs do not end
    with it: they go on, and the next engine of the same directory, whoever starts it, has them. An engine that somebody else started
    is used and left alone. Clients created before connect() keep their old endpoint.
    """
    if data is not None:
        os.environ["SAGEFLY_DATA"] = os.path.abspath(os.fspath(data))
    settings = run("env")[0]
    ours = _started.get(_directory(settings))
    if ours is None or ours.poll() is not None:
        _ensure(settings, addr)
        settings = run("env")[0]
    os.environ.update(settings)
    return settings["AWS_ENDPOINT_URL_SAGEMAKER"]


def _ensure(settings, addr):
    """Start an engine, unless another process serves the directory already."""
    try:
        _start(settings, addr)
    except Error:
        if _served(settings):
            return
        if addr is not None:
            raise
        _start(settings, "127.0.0.1:0")


def _directory(settings):
    """The data directory: the SageMaker SDK's defaults lie in it."""
    return os.path.dirname(settings["SAGEMAKER_USER_CONFIG_OVERRIDE"])


def _served(settings):
    """Whether the engine that answers is the data directory's."""
    from urllib.request import ProxyHandler, build_opener

    try:
        with build_opener(ProxyHandler({})).open(settings["AWS_ENDPOINT_URL_SAGEMAKER"] + "/_/health", timeout=5) as answer:
            return os.path.samefile(json.load(answer)["data"], _directory(settings))
    except (OSError, ValueError, KeyError):
        return False


def _start(settings, addr):
    """Start an engine and wait until it answers, which its first line on standard output says."""
    argv = [program(), "serve", "--json"] + (["--addr", addr] if addr else [])
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as errors:
        # A session of its own: interrupting a cell must not interrupt the engine.
        engine = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)
        with engine.stdout:
            ready = engine.stdout.readline()
        if not ready:
            code = engine.wait()
            errors.seek(0)
            raise problem(errors.read(), code)
    if not _started:
        atexit.register(_end)
    _started[_directory(settings)] = engine


def _end():
    for engine in _started.values():
        engine.terminate()
    for engine in _started.values():
        engine.wait()
    _started.clear()
