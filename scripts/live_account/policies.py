"""Beliefs about how IAM evaluates policies."""

from __future__ import annotations

from typing import Any

from .calls import OTHER_SUBNET, SUBNET
from .model import (
    ALLOW_ALL, CLOSED, EITHER, GLOBAL_KEYS, IAM, LOGIC, NO_TAG, OPERATORS, RESOURCES, SETS,
    TABLE, TRAIN, VARIABLES, Account, Belief, Question, Statement, deny, when,
)


def simulated(where: Account) -> list[Belief]:
    """Beliefs about how IAM evaluates policies."""
    table = where.arn("dynamodb", f"table/{where.name}")
    job = where.arn("sagemaker", "training-job/fraud-1")
    key = "aws:RequestTag/project"
    own = when("StringNotEquals", key, "fraud")
    both = {"Condition": {"StringNotEquals": {key: "fraud", "aws:RequestTag/user": "alice"}}}
    spellings = deny(TRAIN, **when("ForAnyValue:StringLike", "aws:TagKeys", "???J???", "P??j???"))
    subnets = deny(TRAIN, **when("ForAnyValue:StringNotEquals", "sagemaker:VpcSubnets", SUBNET))
    named = deny(TABLE, NotResource=where.arn("dynamodb", f"table/${{{NO_TAG}}}*"))
    compared = deny(TABLE, **when("StringNotEquals", "aws:RequestedRegion", f"${{{NO_TAG}}}"))
    here = {"aws:RequestedRegion": where.region}
    names = [where.arn("sagemaker", "*/fraud-*"), where.arn("sagemaker", "?r*-job/other-*")]

    def training(statement: Statement, denied: bool, **context: Any) -> Question:
        keys = {name.replace("_", ":", 1).replace("__", "/"): value for name, value in context.items()}
        return Question([statement], denied, TRAIN, job, keys)

    return [
        Belief("deny-wins", "A Deny counts, whatever else allows the request.", LOGIC, EITHER,
               [Question([deny(TABLE)], True), Question([], False)]),
        Belief("boundary-limits", "What the permissions boundary does not allow is denied.",
               f"{IAM}/access_policies_boundaries.html", EITHER,
               [Question([], True, boundary=[{**ALLOW_ALL, "Action": "s3:*"}]), Question([], False, boundary=[ALLOW_ALL])]),
        Belief("missing-key-is-null",
               "`Null: true` matches a key that the request lacks (DenyWithoutProject, DenyNoSubnets).",
               f"{OPERATORS}#Conditions_Null", EITHER,
               [Question([deny(TABLE, **when("Null", NO_TAG, "true"))], True),
                Question([deny(TABLE, **when("Null", NO_TAG, "true"))], False, context={NO_TAG: "x"})]),
        Belief("missing-key-is-unequal",
               "`StringNotEquals` matches a key that the request lacks (DenyCreateForOtherProject).",
               OPERATORS, EITHER,
               [training(deny(TRAIN, **own), True), training(deny(TRAIN, **own), False, aws_RequestTag__project="fraud"),
                training(deny(TRAIN, **own), True, aws_RequestTag__project="Fraud")]),
        Belief("conditions-are-anded",
               "Two keys in one statement both have to match: a Deny needs a statement for each key.",
               f"{IAM}/reference_policies_condition-logic-multiple-context-keys-or-values.html", EITHER,
               [training(deny(TRAIN, **both), False, aws_RequestTag__project="fraud"), training(deny(TRAIN, **both), True)]),
        Belief("any-value-needs-a-value",
               "`ForAnyValue` is false for a key that the request lacks, and true if one of several values matches (DenyOtherSubnets).",
               SETS, EITHER,
               [training(subnets, False), training(subnets, False, sagemaker_VpcSubnets=[SUBNET]),
                training(subnets, True, sagemaker_VpcSubnets=[SUBNET, OTHER_SUBNET])]),
        Belief("case-of-tag-keys",
               "Patterns for `aws:TagKeys` see upper and lower case (DenyOtherCase).", GLOBAL_KEYS, EITHER,
               [training(spellings, False, aws_TagKeys=["project"]), training(spellings, True, aws_TagKeys=["Project"]),
                training(spellings, True, aws_TagKeys=["project", "proJect"])]),
        Belief("names-see-case", "Names in ARNs are compared with upper and lower case.", RESOURCES, EITHER,
               [training(deny(TRAIN, Resource=where.arn("sagemaker", "training-job/fraud-*")), True),
                training(deny(TRAIN, Resource=where.arn("sagemaker", "training-job/Fraud-*")), False)]),
        Belief("patterns-of-actions", "A wildcard in the middle of an action matches (`sagemaker:Create*ningJob`).",
               f"{IAM}/reference_policies_elements_action.html", EITHER,
               [Question([deny("sagemaker:Create*ningJob")], True, TRAIN, job), Question([deny("sagemaker:Create*ningJob")], False)]),
        Belief("patterns-of-types",
               "A wildcard can stand for the type of a resource (DenyOtherNames: `*/P-*`).", RESOURCES, CLOSED,
               [Question([deny(TRAIN, NotResource=names)], False, TRAIN, job),
                Question([deny(TRAIN, NotResource=names)], False, TRAIN, where.arn("sagemaker", "training-job/other-1")),
                Question([deny(TRAIN, NotResource=names)], True, TRAIN, where.arn("sagemaker", "training-job/churn-1"))]),
        Belief("no-resource-is-not-listed",
               "A request about no resource (`*`) matches no ARN, and so every `NotResource`.", RESOURCES, EITHER,
               [Question([deny("dynamodb:ListTables", NotResource=[table])], True, "dynamodb:ListTables", "*"),
                Question([deny(TABLE, NotResource=[table])], False)]),
        *variables(
            "in the simulator",
            [Question([named], True), Question([named], False, context={NO_TAG: where.name})],
            [Question([compared], True, context=here), Question([compared], False, context={**here, NO_TAG: where.region})],
        ),
    ]


def variables(how: str, resource: list[Any], condition: list[Any]) -> list[Belief]:
    """Beliefs about policy variables whose key the request lacks."""
    remedy = (
        "No fence of this platform rests on this: members' policies deny every request of a role that lost a tag "
        "(DenyWithoutProject, DenyWithoutUser). Check policies of your own that have variables in a Deny, and give each "
        "variable a default value, as in `${aws:PrincipalTag/team, '-'}`."
    )
    where = how.rsplit(" ", 1)[-1]
    return [
        Belief(f"variable-in-resource-{where}",
               f"A variable without a value in `NotResource` matches nothing, so that the Deny stays ({how}).",
               VARIABLES, remedy, resource),
        Belief(f"variable-in-condition-{where}",
               f"`StringNotEquals` matches a variable without a value ({how}).", VARIABLES, remedy, condition),
    ]
