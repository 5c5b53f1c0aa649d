"""boto3 lists tuning jobs and trials: filters, orders, pages, and trials without a metric."""

import unittest

import tuning
from tuning import KINDS, run, sagemaker, trials, value


def jobs(size=100, **request):
    pages = sagemaker.get_paginator("list_hyper_parameter_tuning_jobs").paginate(PaginationConfig={"PageSize": size}, **request)
    return [job for page in pages for job in page["HyperParameterTuningJobSummaries"]]


def names(**request):
    return [job["HyperParameterTuningJobName"] for job in jobs(NameContains="listed", **request)]


class Lists(tuning.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, broken in (("listed-b", ""), ("listed-a", "abc"), ("listed-c", "")):
            run(cls.search(name, 6, parallel=3, values={"broken": broken}))

    def test_summary(self):
        [job] = jobs(NameContains="listed-b")
        described = tuning.describe("listed-b")
        self.assertEqual(job["Strategy"], "Random")
        self.assertEqual(job["ResourceLimits"], described["HyperParameterTuningJobConfig"]["ResourceLimits"])
        for name in set(job) - {"Strategy", "ResourceLimits"}:
            self.assertEqual(job[name], described[name])

    def test_orders(self):
        self.assertEqual(names(), ["listed-a", "listed-b", "listed-c"])  # by name, unless told otherwise
        self.assertEqual(names(SortBy="Name", SortOrder="Descending"), ["listed-c", "listed-b", "listed-a"])
        self.assertEqual(names(SortBy="CreationTime"), ["listed-b", "listed-a", "listed-c"])
        self.assertEqual(names(SortBy="CreationTime", SortOrder="Descending"), ["listed-c", "listed-a", "listed-b"])
        self.assertEqual(names(SortBy="Status")[2], "listed-a")  # Completed, Completed, Failed
        self.assertEqual(names(SortBy="Status", SortOrder="Descending")[0], "listed-a")

    def test_pages(self):
        for by in ("Name", "CreationTime", "Status"):
            self.assertEqual(names(SortBy=by, size=1), names(SortBy=by))
        first = sagemaker.list_hyper_parameter_tuning_jobs(NameContains="listed", MaxResults=2)
        self.assertEqual(len(first["HyperParameterTuningJobSummaries"]), 2)
        last = sagemaker.list_hyper_parameter_tuning_jobs(NameContains="listed", MaxResults=2, NextToken=first["NextToken"])
        self.assertNotIn("NextToken", last)
        self.refused("ValidationException", "token", sagemaker.list_hyper_parameter_tuning_jobs, NextToken="nonsense")

    def test_filters(self):
        self.assertEqual(names(StatusEquals="Failed"), ["listed-a"])
        self.assertEqual(names(StatusEquals="InProgress"), [])
        self.assertEqual([j["HyperParameterTuningJobName"] for j in jobs(NameContains="ed-c")], ["listed-c"])
        described = [tuning.describe(name) for name in ("listed-a", "listed-b", "listed-c")]
        for member in ("CreationTime", "LastModifiedTime"):
            for at in [job[member].replace(microsecond=0) for job in described]:  # clients send whole seconds
                later = [job["HyperParameterTuningJobName"] for job in described if job[member] > at]
                self.assertEqual(names(**{member + "After": at}), later)
                earlier = [job["HyperParameterTuningJobName"] for job in described if job[member] < at]
                self.assertEqual(names(**{member + "Before": at}), earlier)

    def test_trials_without_a_metric(self):
        job = run(self.search("quiet", 3, KINDS, 1, {"silent": "b"}, Strategy="Grid"))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.whole(job, Completed=3)
        self.assertEqual(job["ObjectiveStatusCounters"]["Failed"], 1)
        found = trials("quiet", size=1)
        self.assertEqual(len(found), 3)
        [quiet] = [t for t in found if value(t) is None]
        self.assertEqual((quiet["TunedHyperParameters"], quiet["ObjectiveStatus"]), ({"kind": "b"}, "Failed"))
        for size in (1, 100):
            ranked = trials("quiet", size, SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
            self.assertEqual([t["TunedHyperParameters"]["kind"] for t in ranked], ["c", "a"])

    def test_five_failures_end_the_search(self):
        job = tuning.describe("listed-a")
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Failed")
        self.assertIn("No training job succeeded after 5 attempts.", job["FailureReason"])
        self.assertNotIn("BestTrainingJob", job)
        found = trials("listed-a", StatusEquals="Failed")
        self.assertEqual(len(found), job["TrainingJobStatusCounters"]["NonRetryableError"])
        self.assertGreaterEqual(len(found), 5)
        for trial in found:
            self.assertIn("kind %s is broken" % trial["TunedHyperParameters"]["kind"], trial["FailureReason"])
            self.assertEqual(trial["ObjectiveStatus"], "Failed")
        self.assertEqual(trials("listed-a", SortBy="FinalObjectiveMetricValue"), [])


if __name__ == "__main__":
    unittest.main()
