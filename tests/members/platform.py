"""A platform in an enforcing emulator: its policies, two projects, and the credentials of members.

The documents are those that `mlspace-policy generate` prints, which are the provider's.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = f"mlspace-data-{ACCOUNT}"
REPOSITORY = f"arn:aws:codeartifact:{REGION}:{ACCOUNT}:repository/ml/pypi"
MODEL = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-haiku-4-5"
# The variable that names botocore's plugins.
PLUGIN = "BOTOCORE_EXPERIMENTAL__PLUGINS"
# Not all services fit into the quotas of a role together.
SERVICES = (
    "registry", "pipelines", "experiments", "feature_store", "automl", "inference_components",
)
OTHER_SERVICES = ("bedrock", "codeartifact", "model_cards")
# Project, user and whether the user owns the project.
MEMBERS = (("fraud", "alice", False), ("fraud", "dora", False), ("risk", "bob", True))


def command() -> Path:
    """The built `mlspace-policy`."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug/mlspace-policy"


def generate(kind: str, **parameters: Any) -> Any:
    """A document of the platform."""
    line = [str(command()), "generate", kind, "--set", f'account_id={ACCOUNT}', "--set", f"region={REGION}"]
    for name, value in parameters.items():
        text = value if isinstance(value, str) else json.dumps(value)
        line += ["--set", f"{name}={text}"]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"generate {kind}: {done.stderr}")
    return json.loads(done.stdout)


class Platform:
    """An emulator with a platform in it."""

    def __init__(self, model: str = "per_principal", services: tuple[str, ...] = SERVICES) -> None:
        line = [sys.executable, "-m", "emulator", "--seed", "--follow-stdin", "--enforce", str(command())]
        self._server = subprocess.Popen(
            line, cwd=ROOT / "tests", stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        atexit.register(self.stop)
        assert self._server.stdout is not None
        started = json.loads(self._server.stdout.readline())
        self.endpoint, self.seed = started["endpoint"], started["seed"]
        self.model, self.services = model, services
        self.key = self.seed["kms_key_arn"]
        self.roles: dict[tuple[str, str], str] = {}
        self._network()
        self._storage()
        self._policies()
        for project, user, owner in MEMBERS:
            self._member(project, user, owner)

    def stop(self) -> None:
        """Stop the emulator."""
        if self._server.poll() is None:
            self._server.kill()
            self._server.communicate()

    def control(self, method: str, operation: str, body: Any = None) -> Any:
        """Send a request to the control API; returns its JSON response."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{operation}", data, method=method)
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def decisions(self) -> list[dict[str, Any]]:
        """All decisions about members' calls."""
        return self.control("GET", "decisions")["decisions"]

    @functools.cache
    def admin(self, service: str) -> Any:
        """A client of the administrator, who is not limited."""
        return self.client_of({"AccessKeyId": "AKIAADMIN", "SecretAccessKey": "secret"}, service)

    @functools.cache
    def credentials(self, project: str, user: str) -> dict[str, str]:
        """Credentials of a member's role."""
        answer = self.admin("sts").assume_role(
            RoleArn=self.roles[project, user], RoleSessionName=user
        )
        return answer["Credentials"]

    @functools.cache
    def client(self, service: str, project: str, user: str) -> Any:
        """A client of a member."""
        return self.client_of(self.credentials(project, user), service)

    def plugged_client(self, service: str, project: str, user: str) -> Any:
        """The same, with the plugin that the environment names."""
        return self.client_of(self.credentials(project, user), service, plugged=True)

    def client_of(self, credentials: dict[str, str], service: str, plugged: bool = False) -> Any:
        """A client with these credentials, without retries, and without plugins unless `plugged`."""
        plugin = os.environ.get(PLUGIN)
        if plugin and not plugged:
            del os.environ[PLUGIN]
            try:
                return self.client_of(credentials, service)
            finally:
                os.environ[PLUGIN] = plugin
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def tenant(self, project: str, user: str) -> dict[str, Any]:
        """The settings of botocore's plugin on a machine of a member (`tenant.json`)."""
        return {
            "name_prefix": f"{project}-",
            "tags": {"system": "MLSpace", "project": project, "user": user},
            "role_arn": self.roles[project, user],
            "bucket": BUCKET,
            "key_prefix": f"project/{project}/",
            "kms_key_id": self.key,
            "subnet_ids": self.seed["subnet_ids"],
            "security_group_ids": self.seed["security_group_ids"],
            "local_storage": ["ml.g5.*"],
        }

    def machine(self, project: str, user: str, directory: Path) -> dict[str, str]:
        """Set up a machine of a member in a directory; returns its environment.

        The files are those of the data source `mlspace_sdk_config`, read by Terraform.
        """
        files = json.loads(self._terraform(directory, _SDK_CONFIG, project=project, user=user))
        config = {each: value["value"] for each, value in files.items()}
        (directory / "xdg/sagemaker").mkdir(parents=True)
        (directory / "xdg/sagemaker/config.yaml").write_text(config["defaults_file"])
        (directory / "mlspace_sdk.py").write_text(config["plugin"])
        (directory / "tenant.json").write_text(config["plugin_settings"])
        (directory / "metadata.json").write_text(json.dumps(self.notebook(project, user)))
        credentials = self.credentials(project, user)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "PYTHONPATH": str(directory),
            "XDG_CONFIG_DIRS": str(directory / "xdg"),
            "XDG_CONFIG_HOME": str(directory / "home"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
            "AWS_SESSION_TOKEN": credentials["SessionToken"],
            **config["environment"],
            "MLSPACE_SDK_CONFIG": str(directory / "tenant.json"),
        }

    def notebook(self, project: str, user: str) -> dict[str, str]:
        """Make a notebook instance of a member, which runs; returns its metadata."""
        sagemaker = self.admin("sagemaker")
        name = f"{project}-{user}"
        tags = {"system": "MLSpace", "project": project, "user": user}
        made = sagemaker.create_notebook_instance(
            NotebookInstanceName=name,
            InstanceType="ml.t3.medium",
            RoleArn=self.roles[project, user],
            SubnetId=self.seed["subnet_ids"][0],
            SecurityGroupIds=self.seed["security_group_ids"],
            KmsKeyId=self.key,
            DirectInternetAccess="Disabled",
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        self.control("POST", "finish-transitions")
        return {"ResourceArn": made["NotebookInstanceArn"], "ResourceName": name}

    def _terraform(self, directory: Path, configuration: str, **variables: Any) -> str:
        """Apply a configuration; returns its outputs as JSON."""
        work = directory / "terraform"
        work.mkdir()
        variables |= {
            "endpoint": self.endpoint,
            "bucket": BUCKET,
            "key": self.key,
            "subnet_ids": self.seed["subnet_ids"],
            "security_group_ids": self.seed["security_group_ids"],
        }
        (work / "main.tf").write_text(configuration)
        (work / "terraform.tfvars.json").write_text(json.dumps(variables))
        overrides = f'"mlspace/mlspace" = "{command().parent}"'
        (work / "terraform.rc").write_text(
            f"provider_installation {{\n dev_overrides {{\n {overrides}\n }}\n direct {{}}\n}}\n"
        )
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(work),
            "TF_CLI_CONFIG_FILE": str(work / "terraform.rc"),
            "CHECKPOINT_DISABLE": "1",
        }
        terraform = str(Path(sys.executable).parent / "terraform")
        for line in (["apply", "-auto-approve", "-input=false", "-no-color"], ["output", "-json"]):
            done = subprocess.run(
                [terraform, *line], cwd=work, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise AssertionError(f"terraform {line[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def _network(self) -> None:
        """Endpoints of the VPC, with the policies of the module `vpc`."""
        self.endpoints: dict[str, str] = {}
        self._endpoint("s3", "Gateway", buckets=["mlspace-*"])
        self._endpoint("sagemaker.api", "Interface")

    def _endpoint(self, service: str, kind: str, **more: Any) -> None:
        made = self.admin("ec2").create_vpc_endpoint(
            VpcId=self.seed["vpc_id"],
            ServiceName=f"com.amazonaws.{REGION}.{service}",
            VpcEndpointType=kind,
            PolicyDocument=json.dumps(generate("endpoint", service=service, **more)),
        )
        self.endpoints[service] = made["VpcEndpoint"]["VpcEndpointId"]

    def restore_endpoint(self) -> None:
        """Make the endpoint of S3 again, and name it in the bucket's policy."""
        self._endpoint("s3", "Gateway", buckets=["mlspace-*"])
        self._storage()

    def _storage(self) -> None:
        """The data bucket with the platform's key, and the policies of both."""
        administrators = [f"arn:aws:iam::{ACCOUNT}:role/admin"]
        policy = generate(
            "key",
            administrator_arns=administrators,
            user_arns=[f"arn:aws:iam::{ACCOUNT}:role/MLSpace-*"],
        )
        self.admin("kms").put_key_policy(
            KeyId=self.key, PolicyName="default", Policy=json.dumps(policy)
        )
        s3 = self.admin("s3")
        rule = {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key},
            "BucketKeyEnabled": True,
        }
        s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
        policy = generate(
            "bucket", bucket=BUCKET, kms_key_arn=self.key, endpoint_ids=[self.endpoints["s3"]],
            exempt_principal_arns=administrators,
        )
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        for project in ("fraud", "risk"):
            s3.put_object(Bucket=BUCKET, Key=f"project/{project}/datasets/cards/train.csv", Body=b"1,2\n")

    @property
    def platform_parameters(self) -> dict[str, Any]:
        """What all policies of members are generated with."""
        return {
            "data_bucket": BUCKET,
            "subnet_ids": self.seed["subnet_ids"],
            "security_group_ids": self.seed["security_group_ids"],
            "kms_key_id": self.key,
            "services": list(self.services),
        }

    def _policies(self) -> None:
        """Boundary, base policy, and in the attribute model the policies of all memberships."""
        self.shared = [self._policy("base", generate("notebook_base", **self.platform_parameters))]
        self.boundary = self._policy(
            "boundary", generate("permissions_boundary", **self.platform_parameters)
        )
        if self.model == "attribute":
            self.shared += [
                self._policy("members", generate("attribute", **self.platform_parameters)),
                self._policy("suspended", generate("suspension", projects=[], **self.platform_parameters)),
            ]

    def _policy(self, name: str, document: Any) -> str:
        created = self.admin("iam").create_policy(
            PolicyName=name, PolicyDocument=json.dumps(document)
        )
        return created["Policy"]["Arn"]

    def _member(self, project: str, user: str, owner: bool) -> None:
        """A membership's role, as the provider makes it."""
        iam = self.admin("iam")
        parameters = self.platform_parameters
        own = {
            **parameters, "project": project, "user": user, "owner": owner,
            "project_services": list(self.services),
        }
        if "bedrock" in self.services:
            own["bedrock_model_arns"] = [MODEL]
        if "codeartifact" in self.services:
            own["codeartifact_repository_arns"] = [REPOSITORY]
        attached = list(self.shared)
        if self.model == "attribute":
            inline = generate("attribute_role", **own)
        else:
            for kind, name in (("project", project), ("user", user)):
                subject = {kind: name}
                if kind == "project":
                    subject["project_services"] = list(self.services)
                document = generate(kind, **parameters, **subject)
                attached.append(self._once(f"{kind}-{name}", document))
            inline = generate("pass_role", **own)
        # The name of the role, which the inline policy passes.
        role = next(
            resource
            for statement in inline["Statement"]
            if "iam:PassRole" in statement.get("Action", []) and statement["Effect"] == "Allow"
            for resource in _list(statement["Resource"])
        )
        tags = {"system": "MLSpace", "project": project, "user": user}
        iam.create_role(
            RoleName=role.rsplit("/", 1)[-1],
            AssumeRolePolicyDocument=json.dumps(generate("trust")),
            PermissionsBoundary=self.boundary,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        name = role.rsplit("/", 1)[-1]
        for arn in attached:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(inline))
        self.roles[project, user] = role

    def _once(self, name: str, document: Any) -> str:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        try:
            self.admin("iam").get_policy(PolicyArn=arn)
        except self.admin("iam").exceptions.NoSuchEntityException:
            self._policy(name, document)
        return arn


_SDK_CONFIG = """
terraform {
  required_providers {
    mlspace = { source = "mlspace/mlspace" }
  }
}

variable "endpoint" {}
variable "bucket" {}
variable "key" {}
variable "subnet_ids" { type = list(string) }
variable "security_group_ids" { type = list(string) }
variable "project" {}
variable "user" {}

provider "mlspace" {
  region      = "us-east-1"
  access_key  = "AKIAADMIN"
  secret_key  = "secret"
  data_bucket = var.bucket

  endpoints {
    iam       = var.endpoint
    sagemaker = var.endpoint
    s3        = var.endpoint
    dynamodb  = var.endpoint
    sts       = var.endpoint
  }

  notebook_defaults {
    subnet_ids         = var.subnet_ids
    security_group_ids = var.security_group_ids
    kms_key_id         = var.key
  }
}

data "mlspace_sdk_config" "member" {
  project = var.project
  user    = var.user
}

output "defaults_file" { value = data.mlspace_sdk_config.member.defaults_file }
output "plugin" { value = data.mlspace_sdk_config.member.plugin }
output "plugin_settings" { value = data.mlspace_sdk_config.member.plugin_settings }
output "environment" { value = data.mlspace_sdk_config.member.environment }
"""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
