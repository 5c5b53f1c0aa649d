"""The helper against the real program, named by SAGEFLY_PROGRAM, on the data directory SAGEFLY_DATA."""

import ast
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest

import sagefly
from sagefly import _job, _program


class Import(unittest.TestCase):
    def test_nothing_heavy(self):
        code = "import sys, sagefly; print([m for m in ('boto3', 'pandas', 'numpy', 'IPython', 'urllib.request') if m in sys.modules])"
        self.assertEqual(subprocess.check_output([sys.executable, "-c", code], text=True).strip(), "[]")


    def test_runs_on_python_3_9(self):
        folder = os.path.dirname(sagefly.__file__)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    ast.parse(f.read(), name, feature_version=(3, 9))


class Parts(unittest.TestCase):
    def test_objects(self):
        self.assertEqual(_program.objects('{"a": 1}\n{"b": 2}\n'), [{"a": 1}, {"b": 2}])
        self.assertEqual(_program.objects('{\n  "a": [1]\n}\n'), [{"a": [1]}])
        self.assertEqual(_program.objects(""), [])

    def test_rows(self):
        line = "[3]\ttrain-rmse:2.10021\tvalidation-rmse:2.25000"
        want = [("train:rmse", 3, 2.10021), ("validation:rmse", 3, 2.25)]
        for message in (line, "[14:05:01] " + line, line.replace("\t", "#011"), line.replace("\t", " ")):
            got = [(r["name"], r["step"], r["value"]) for r in _job._rows({"message": message, "timestamp": 5})]
            self.assertEqual(got, want, message)

    def test_rows_of_other_lines(self):
        for message in ("", "INFO:root:Train matrix has 3342 rows and 10 columns", "[14:05:01] WARNING: slow"):
            self.assertEqual(list(_job._rows({"message": message})), [], message)

    def test_error_names_every_part(self):
        said = '{"error":"no such file","where":"--train = a.csv","why":"stat a.csv: not found","fix":["ls","--train b.csv"],"exit":7}\n'
        error = _program.problem(said, 7)
        self.assertEqual((error.what, error.exit, error.fix), ("no such file", 7, ["ls", "--train b.csv"]))
        self.assertEqual(str(error), "no such file\n  where --train = a.csv\n  why   stat a.csv: not found\n  fix   ls\n        --train b.csv")

    def test_error_without_json(self):
        self.assertEqual(str(_program.problem("panic: x\n", 2)), "panic: x")
        self.assertEqual(str(_program.problem("", 9)), "sagefly ended with exit code 9")


class Train(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.address = sagefly.connect()
        cls.said = io.StringIO()
        with contextlib.redirect_stdout(cls.said):
            cls.job = sagefly.train("xgboost", train=os.environ["ABALONE"], label=9, onehot=[1], holdout=0.2,
                                    hyperparameters={"objective": "reg:squarederror"}, num_round=12)

    def test_connect_again_is_the_same_engine(self):
        self.assertEqual(sagefly.connect(), self.address)
        self.assertEqual(os.environ["AWS_ENDPOINT_URL_S3"], self.address)

    def test_status(self):
        self.assertEqual(self.job.status, "Completed")
        self.assertEqual(self.job.describe()["HyperParameters"]["num_round"], "12")

    def test_metrics(self):
        steps = [row["step"] for row in self.job.metrics() if row["name"] == "validation:rmse"]
        self.assertEqual(steps, list(range(12)))

    def test_final_metrics_are_the_last_rows(self):
        final = {m["MetricName"]: m["Value"] for m in self.job.describe()["FinalMetricDataList"]}
        last = {row["name"]: row["value"] for row in self.job.metrics()}
        for name, value in last.items():
            self.assertAlmostEqual(final[name], value, places=4)

    def test_lines_while_waiting(self):
        self.assertIn("[11] validation:rmse", self.said.getvalue())

    def test_model(self):
        import xgboost

        with tempfile.TemporaryDirectory() as folder:
            path = self.job.model_path(folder)
            self.assertEqual(xgboost.Booster(model_file=path).num_boosted_rounds(), 12)

    def test_shows_itself(self):
        shown = self.job._repr_mimebundle_()
        self.assertIn("Completed", shown["text/plain"])
        self.assertIn("validation:rmse", shown["text/html"])

    def test_stop(self):
        running = sagefly.train("xgboost", train=os.environ["ABALONE"], label=9, onehot=[1],
                                objective="reg:squarederror", num_round=100000000, wait=False)
        self.assertEqual(running.stop().name, running.name)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(running.wait(timeout=120).status, "Stopped")

    def test_failed(self):
        with self.assertRaises(sagefly.Error) as caught, contextlib.redirect_stdout(io.StringIO()):
            sagefly.train("xgboost", train=os.environ["ABALONE"], label=9, onehot=[1], objective="binary:logistic", num_round=1)
        self.assertEqual(caught.exception.exit, 3)
        self.assertRegex(caught.exception.why, "^(Client|Algorithm)Error")

    def test_refused(self):
        with self.assertRaises(sagefly.Error) as caught:
            sagefly.train("xgboost", train=os.environ["ABALONE"], num_round=1)
        self.assertEqual(caught.exception.exit, 7)
        self.assertTrue(caught.exception.fix)

    def test_data_frame(self):
        import pandas

        frame = pandas.DataFrame({"rings": [1, 2, 3, 4] * 50, "length": [0.1, 0.2, 0.3, 0.4] * 50})
        with contextlib.redirect_stdout(io.StringIO()):
            job = sagefly.train("xgboost", train=frame, label="rings", objective="reg:squarederror", num_round=2)
        self.assertEqual(job.status, "Completed")


if __name__ == "__main__":
    unittest.main()
