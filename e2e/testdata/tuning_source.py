"""Puts trial/train.py as sourcedir.tar.gz into the bucket named on the command line."""

import io
import os
import sys
import tarfile

import boto3

archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w:gz") as tar:
    tar.add(os.path.join(os.path.dirname(__file__), "trial", "train.py"), arcname="train.py")
s3 = boto3.client("s3")
s3.create_bucket(Bucket=sys.argv[1])
s3.put_object(Bucket=sys.argv[1], Key="sourcedir.tar.gz", Body=archive.getvalue())
