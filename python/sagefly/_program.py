"""Find the sagefly program and run its commands."""

import json
import os
import shutil
import subprocess
from importlib import metadata


class Error(Exception):
    """A command was refused or failed.

    str() is what the program says to people: what, where, why, fix. The parts are attributes: what, where, why (text, "" when
    not given), fix (list of commands or edits), exit (the exit code; 7 = refused before anything ran, 3 = the job failed).
    """

    def __init__(self, what, where="", why="", fix=(), exit=1):
        self.what, self.where, self.why, self.fix, self.exit = what, where, why, list(fix), exit
        parts = [("where", where), ("why", why), ("fix", "\n".join(self.fix))]
        lines = [what] + ["  %-5s %s" % (name, text.replace("\n", "\n        ")) for name, text in parts if text]
        super().__init__("\n".join(lines))


def program():
    """The path of the program: SAGEFLY_PROGRAM, else the one installed with this package, else the one on PATH."""
    named = os.environ.get("SAGEFLY_PROGRAM")
    if named:
        return named
    try:
        for entry in metadata.files("sagefly") or []:
            if entry.name == "sagefly" and entry.parent.name in ("bin", "Scripts"):
                return os.path.realpath(entry.locate())
    except metadata.PackageNotFoundError:
        pass
    found = shutil.which("sagefly")
    if not found:
        raise Error("the sagefly program is not on PATH", why="this package was not installed from its wheel",
                    fix=["pip install sagefly", "or set SAGEFLY_PROGRAM to the program's path"])
    return found


def run(*args):
    """Run a command with --json and return the JSON objects that it printed. Error when it fails."""
    done = subprocess.run([program(), *args, "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise problem(done.stderr, done.returncode)
    return objects(done.stdout)


def objects(text):
    """The JSON values in text, one after the other, on one line each or spread over several."""
    decode, found, at = json.JSONDecoder().raw_decode, [], 0
    text = text.strip()
    while at < len(text):
        value, at = decode(text, at)
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def problem(stderr, code):
    """The Error for what a command with --json wrote to standard error."""
    said = []
    for line in stderr.splitlines():
        try:
            said.append(json.loads(line))
        except ValueError:
            continue
    said = [p for p in said if isinstance(p, dict) and "error" in p]
    if not said:
        return Error(stderr.strip() or "sagefly ended with exit code %d" % code, exit=code)
    first = said[0]
    more = [fix for p in said[1:] for fix in [p["error"], *p.get("fix", [])]]
    return Error(first["error"], first.get("where", ""), first.get("why", ""), first.get("fix", []) + more, code)
