"""What a boto3 user does with S3, against the endpoint in argv[1] with the account in argv[2]. Fails by exception."""
import io
import os
import sys
import tempfile
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, account = sys.argv[1:3]


def client(**config):
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-west-2", aws_access_key_id="AKIDTEST",
                        aws_secret_access_key="test/secret", config=Config(retries={"total_max_attempts": 1}, **config))


def refused(code, call, **kwargs):
    try:
        call(**kwargs)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, (code, e.response)
        assert e.response["ResponseMetadata"]["RequestId"] == "REQ1", e.response
    else:
        raise AssertionError(f"{call} was not refused with {code}")


def http(method, url, body=None, headers={}):
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers)) as r:
        return r.read()


s3 = client()
s3.create_bucket(Bucket="pybucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket="pybucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
refused("404", s3.head_bucket, Bucket="none", ExpectedBucketOwner=account)
refused("403", s3.head_bucket, Bucket="pybucket", ExpectedBucketOwner="999999999999")
s3.head_bucket(Bucket="pybucket", ExpectedBucketOwner=account)
assert s3.get_bucket_location(Bucket="pybucket")["LocationConstraint"] == "us-west-2"

with tempfile.TemporaryDirectory() as tmp:
    source, back = os.path.join(tmp, "in"), os.path.join(tmp, "out")
    data = os.urandom(12 << 20)
    with open(source, "wb") as f:
        f.write(data)
    transfer = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(source, "pybucket", "train/big file.bin", Config=transfer,
                   ExtraArgs={"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/k", "ExpectedBucketOwner": account})
    head = s3.head_object(Bucket="pybucket", Key="train/big file.bin", ChecksumMode="ENABLED")
    assert head["ETag"].endswith('-3"') and head["ServerSideEncryption"] == "aws:kms" and head["SSEKMSKeyId"] == "alias/k", head
    assert head["ChecksumCRC32"].endswith("-3") or head["ChecksumType"] == "FULL_OBJECT", head
    s3.download_file("pybucket", "train/big file.bin", back, Config=transfer)
    with open(back, "rb") as f:
        assert f.read() == data
    s3.upload_fileobj(io.BytesIO(b"small"), "pybucket", "small")
    s3.download_file("pybucket", "small", back)
    s3.copy({"Bucket": "pybucket", "Key": "train/big file.bin"}, "pybucket", "copy", Config=transfer)
    assert s3.get_object(Bucket="pybucket", Key="copy")["Body"].read() == data

put = s3.put_object(Bucket="pybucket", Key="kms", Body=b"x", ServerSideEncryption="aws:kms", Metadata={"a": "b"}, ContentType="text/csv")
assert put["ServerSideEncryption"] == "aws:kms" and put["ChecksumCRC32"], put
got = s3.get_object(Bucket="pybucket", Key="kms")
assert got["Metadata"] == {"a": "b"} and got["ContentType"] == "text/csv" and got["Body"].read() == b"x", got
for algorithm in "CRC32", "SHA1", "SHA256":
    s3.put_object(Bucket="pybucket", Key="sum", Body=b"x", ChecksumAlgorithm=algorithm)
    assert s3.get_object(Bucket="pybucket", Key="sum")["Body"].read() == b"x"

for api in client(), client(signature_version="s3v4"), client(s3={"addressing_style": "path"}):
    url = api.generate_presigned_url("put_object", {"Bucket": "pybucket", "Key": "signed/ü +"})
    http("PUT", url, b"by link", {"Content-Type": ""} if "Signature=" in url and "X-Amz" not in url else {})
    url = api.generate_presigned_url("get_object", {"Bucket": "pybucket", "Key": "signed/ü +", "ResponseContentType": "a/b"})
    assert http("GET", url) == b"by link"

keys = [f"page/{i:02}/ü\n" for i in range(30)]
for key in keys:
    s3.put_object(Bucket="pybucket", Key=key, Body=b"")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="pybucket", Prefix="page/", PaginationConfig={"PageSize": 7})
assert [o["Key"] for p in pages for o in p["Contents"]] == keys
for version in "list_objects", "list_objects_v2":
    pages = s3.get_paginator(version).paginate(Bucket="pybucket", Prefix="page/", Delimiter="/", PaginationConfig={"PageSize": 7})
    assert [c["Prefix"] for p in pages for c in p["CommonPrefixes"]] == [k[:8] for k in keys]
out = s3.delete_objects(Bucket="pybucket", Delete={"Objects": [{"Key": k} for k in keys]})
assert len(out["Deleted"]) == len(keys), out
refused("NoSuchKey", s3.get_object, Bucket="pybucket", Key=keys[0])
refused("PreconditionFailed", s3.put_object, Bucket="pybucket", Key="kms", Body=b"y", IfNoneMatch="*")
refused("BucketNotEmpty", s3.delete_bucket, Bucket="pybucket")
bucket = boto3.resource("s3", endpoint_url=endpoint, region_name="us-west-2", aws_access_key_id="AKIDTEST",
                        aws_secret_access_key="test/secret").Bucket("pybucket")
bucket.objects.all().delete()
s3.delete_bucket(Bucket="pybucket")
assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["bkt"]
