"""How a job looks: as text, as HTML, and as one block that updates while it runs."""

import html as escape
import sys


def facts(answer, rows):
    """What is shown of a job, as pairs of word and text; what is not known yet is left out."""
    found = [("job", answer["TrainingJobName"]), ("status", _status(answer))]
    if answer.get("FailureReason"):
        found.append(("reason", answer["FailureReason"]))
    if answer.get("TrainingTimeInSeconds") is not None:
        found.append(("trained", "%s s" % answer["TrainingTimeInSeconds"]))
    for name, row in {row["name"]: row for row in rows}.items():
        found.append((name, "%g at step %d" % (row["value"], row["step"])))
    model = (answer.get("ModelArtifacts") or {}).get("S3ModelArtifacts")
    if model and answer["TrainingJobStatus"] != "InProgress":
        found.append(("model", model))
    return found


def _status(answer):
    status, detail = answer["TrainingJobStatus"], answer.get("SecondaryStatus", "")
    return status if detail in ("", status) else "%s, %s" % (status, detail)


def text(answer, rows):
    return "\n".join("%-16s %s" % pair for pair in facts(answer, rows))


def html(answer, rows):
    cells = ("<tr><th style='text-align:left'>%s</th><td style='text-align:left'>%s</td></tr>" % (
        escape.escape(word), escape.escape(value)) for word, value in facts(answer, rows))
    return "<table>%s</table>" % "".join(cells)


class View:
    """Shows a job again and again: in a notebook one block of output, elsewhere a line for each new state and step."""

    def __init__(self):
        self._handle = None
        self._last = None
        self._lines = 0

    def show(self, answer, rows):
        ipython = sys.modules.get("IPython")
        if ipython is not None and ipython.get_ipython() is not None:
            self._block(ipython.display, answer, rows)
        else:
            self._print(answer, rows)

    def _block(self, display, answer, rows):
        bundle = {"text/plain": text(answer, rows), "text/html": html(answer, rows)}
        if bundle == self._last:
            return
        self._last = bundle
        if self._handle is None:
            self._handle = display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def _print(self, answer, rows):
        for row in rows[self._lines:]:
            print("[%d] %s %g" % (row["step"], row["name"], row["value"]))
        self._lines = len(rows)
        status = "%s: %s" % (answer["TrainingJobName"], _status(answer))
        if status != self._last:
            print(status)
        self._last = status
