"""A client of ECR: create REPOSITORY, images REPOSITORY, login."""
import base64
import sys

import boto3

ecr = boto3.client("ecr")
match sys.argv[1:]:
    case ["create", name]:
        made = ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE", tags=[{"Key": "team", "Value": "x"}])["repository"]
        assert made["repositoryArn"] == f"arn:aws:ecr:us-east-1:000000000000:repository/{name}", made
        try:
            ecr.create_repository(repositoryName=name)
            raise SystemExit("it was created twice")
        except ecr.exceptions.RepositoryAlreadyExistsException:
            pass
        assert [r["repositoryName"] for r in ecr.describe_repositories()["repositories"]] == [name]
    case ["images", name]:
        for i in ecr.describe_images(repositoryName=name)["imageDetails"]:
            assert i["imageSizeInBytes"] > 0, i
            print(i["imageDigest"], *i["imageTags"])
        try:
            ecr.describe_images(repositoryName="nothing")
            raise SystemExit("a repository that is not there has images")
        except ecr.exceptions.RepositoryNotFoundException:
            pass
    case ["login"]:
        data = ecr.get_authorization_token()["authorizationData"][0]
        user, password = base64.b64decode(data["authorizationToken"]).decode().split(":")
        print(data["proxyEndpoint"], user, password)
