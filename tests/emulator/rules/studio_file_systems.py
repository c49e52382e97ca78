"""The home file system of a domain, with what SageMaker makes for it in EFS and EC2."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from .studio_state import Thing

# The tag is in https://github.com/aws-samples/amazon-sagemaker-administration-workshop, content/900-clean-up.
_TAG = "ManagedByAmazonSageMakerResource"


def _backends(region: str) -> tuple[Any, Any]:
    return get_backend("efs")[ACCOUNT][region], get_backend("ec2")[ACCOUNT][region]


def create(region: str, domain: Thing) -> str:
    """Make a file system with a target in each zone, and two groups that refer to each other.

    A file system has at most one target in a zone:
    https://docs.aws.amazon.com/efs/latest/ug/accessing-fs.html
    """
    efs, ec2 = _backends(region)
    made = efs.create_file_system(
        creation_token=domain.domain,
        performance_mode="generalPurpose",
        encrypted=True,
        kms_key_id=domain.settings.get("KmsKeyId"),
        throughput_mode="bursting",
        provisioned_throughput_in_mibps=None,
        availability_zone_name=None,
        backup=False,
        tags=[{"Key": _TAG, "Value": domain.arn}],
    )
    groups = [
        ec2.create_security_group(
            f"security-group-for-{way}-nfs-{domain.domain}", "NFS of SageMaker", domain.settings["VpcId"]
        )
        for way in ("inbound", "outbound")
    ]
    for one, other in (groups, reversed(groups)):
        source = [{"GroupId": other.id}]
        ec2.authorize_security_group_ingress(one.id, "tcp", "2049", "2049", [], source_groups=source)
    zones = {ec2.get_subnet(subnet).availability_zone: subnet for subnet in domain.settings["SubnetIds"]}
    for subnet in zones.values():
        efs.create_mount_target(made.file_system_id, subnet, security_groups=[groups[0].id])
    return made.file_system_id


def delete(region: str, domain: Thing) -> None:
    """Delete the file system and its targets. The groups stay, which is the harder belief."""
    efs, _ = _backends(region)
    home = domain.settings["HomeEfsFileSystemId"]
    for target in list(efs.mount_targets_by_id.values()):
        if target.file_system_id == home:
            efs.delete_mount_target(target.mount_target_id)
    efs.delete_file_system(home)
