"""Writes what boto3 and the SageMaker SDK of this notebook instance need to know of its project.

Runs as root at each start of the instance, with the role of its member.
"""

import glob
import json
import os

import boto3

HOME = os.environ.get("MLSPACE_HOME", "/opt/mlspace")
ROOT = os.environ.get("MLSPACE_ROOT", "/")
# Where the Pythons of kernels and terminals are.
SITES = ("home/ec2-user/anaconda3/lib", "home/ec2-user/anaconda3/envs/*/lib")


def main():
    """Fills in the templates with the project, user, role and security groups of the instance."""
    with open(os.path.join(ROOT, "opt/ml/metadata/resource-metadata.json"), encoding="utf-8") as file:
        metadata = json.load(file)
    arn = metadata["ResourceArn"]
    client = boto3.client("sagemaker", region_name=arn.split(":")[3])
    pages = client.get_paginator("list_tags").paginate(ResourceArn=arn)
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    notebook = client.describe_notebook_instance(NotebookInstanceName=metadata["ResourceName"])
    values = {
        "@PROJECT@": tags["project"],
        "@USER@": tags["user"],
        "@ROLE_ARN@": notebook["RoleArn"],
        # One item of a list in JSON becomes as many as there are.
        "@SECURITY_GROUPS@": '","'.join(notebook.get("SecurityGroups", [])),
    }
    with open(os.path.join(HOME, "templates.json"), encoding="utf-8") as file:
        templates = json.load(file)
    for path, text in templates.items():
        for placeholder, value in values.items():
            text = text.replace(placeholder, value)
        write(os.path.join(ROOT, path.lstrip("/")), text)
    for site in sites():
        write(os.path.join(site, "mlspace.pth"), f"{HOME}\nimport mlspace_startup\n")


def sites():
    """The directories of Python packages on this machine."""
    for place in SITES:
        yield from glob.glob(os.path.join(ROOT, place, "python3*/site-packages"))


def write(path, text):
    """Writes a file that everybody can read and only root can change."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o644)


if __name__ == "__main__":
    main()
