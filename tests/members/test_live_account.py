"""`scripts/check-live-account` on an emulator that behaves as we believe, and on ones that do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .platform import ACCOUNT, REGION, ROOT, Platform

sys.path.insert(0, str(ROOT / "scripts"))

from live_account import calls, notebook, policies, requests  # noqa: E402
from live_account.access import LOOKS, Access  # noqa: E402
from live_account.check import Check, find  # noqa: E402
from live_account.clean_up import clean_up  # noqa: E402
from live_account.model import Account, Belief, Finding, Probe, Question, deny  # noqa: E402

SCRIPT = ROOT / "scripts/check-live-account"
BELIEVED = "a variable without a value matches nothing"
VOIDS = "a variable without a value voids its statement"
# What a run makes has names that begin so.
PREFIX = "mlspace-check-"
WHERE = Account("aws", ACCOUNT, REGION, "AIDAEXAMPLE", "0a1b2c3d", "d-000000000000")
# AWS's reference gives the condition key one value, and so does the emulator: the guide says what is open.
KNOWN = {"models-of-configuration"}


class Answers(unittest.TestCase):
    """What the checks conclude from answers that say nothing, or the wrong thing."""

    def results(self, beliefs: list[Belief], check: Check) -> set[str]:
        """The results of these beliefs."""
        look = check.simulate if isinstance(beliefs[0].asked[0], Question) else check.probe
        return {find(belief, lambda: look(belief)).result for belief in beliefs}

    def simulator(self, decide: Callable[[Question], str]) -> Check:
        """Checks in an account whose simulator decides so."""
        check = Check(Access(None, WHERE, 0))
        check._simulated = decide  # type: ignore[method-assign]
        return check

    def services(self, answer: Callable[[Probe], str]) -> Check:
        """Checks in an account whose services answer so."""
        check = Check(Access(None, WHERE, 0))
        check.answer = answer  # type: ignore[method-assign]
        return check

    def test_every_belief_has_both_sides(self) -> None:
        for belief in [*policies.simulated(WHERE), *requests.live(WHERE)]:
            self.assertEqual({asked.denied for asked in belief.asked}, {True, False}, belief.name)

    def test_one_answer_to_all_questions_is_no_evidence(self) -> None:
        beliefs = policies.simulated(WHERE)
        self.assertEqual(self.results(beliefs, self.simulator(lambda _: "allowed")), {"DIFFERS"})
        self.assertEqual(self.results(beliefs, self.simulator(lambda _: "implicitDeny")), {"UNTRIED"})

    def test_simulator_that_ignores_conditions_is_found(self) -> None:
        def decide(asked: Question) -> str:
            return "explicitDeny" if asked.statements or asked.boundary else "allowed"

        conditional = [each for each in policies.simulated(WHERE) if each.name != "deny-wins"]
        self.assertEqual(self.results(conditional, self.simulator(decide)), {"DIFFERS"})

    def test_calls_that_iam_does_not_decide_are_untried(self) -> None:
        for answer in ("passes", "denied", "failed: the endpoint is not reached"):
            with self.subTest(answer):
                check = self.services(lambda _, answer=answer: answer)
                self.assertEqual(self.results(requests.live(WHERE), check), {"UNTRIED"})

    def test_fences_that_never_or_always_match_are_found(self) -> None:
        outright = [deny("*")]

        def never(asked: Probe) -> str:
            return "denied" if asked.statements == outright else "passes"

        def always(asked: Probe) -> str:
            return "denied" if asked.statements or asked.params.get("TableName", "").endswith("-none") else "passes"

        self.assertEqual(self.results(requests.live(WHERE), self.services(never)), {"DIFFERS"})
        # The calls of the role's own policy are denied here as they should be.
        own = {"variable-in-resource-role", "variable-in-condition-role"}
        others = [each for each in requests.live(WHERE) if each.name not in own | {"role-tags", "role-without-tag"}]
        self.assertEqual(self.results(others, self.services(always)), {"DIFFERS"})

    def test_role_reaches_nothing_but_names_of_its_run(self) -> None:
        wide = {"sagemaker:Search"}
        nowhere = {f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}" for key in (calls.KEY, calls.OTHER_KEY)}
        for statement in calls.role_policy(WHERE):
            if statement["Effect"] == "Deny" or set(statement["Action"]) == wide:
                continue
            for resource in statement["Resource"]:
                self.assertTrue(WHERE.name in resource or resource in nowhere, resource)


class LiveAccount(unittest.TestCase):
    """The script as an administrator runs it."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.platform = Platform(services=())
        cls.addClassCleanup(cls.platform.stop)

    def setUp(self) -> None:
        for operation, body in (("variables", {"reading": BELIEVED}), ("left-out-keys", {"keys": []})):
            self.platform.control("POST", operation, body)
        self.addCleanup(self.platform.control, "DELETE", "faults")

    def start(self, *options: str, **credentials: str) -> subprocess.Popen[str]:
        """The running script, without pauses between looks."""
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": self.platform.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "AKIAADMIN",
            "AWS_SECRET_ACCESS_KEY": "secret",
            **credentials,
        }
        return subprocess.Popen(
            [sys.executable, str(SCRIPT), "--poll-seconds", "0", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def results(self, *options: str, code: int, **credentials: str) -> dict[str, str]:
        """The result of each check, after a run that ends with this code."""
        running = self.start(*options, **credentials)
        output, errors = running.communicate()
        self.assertEqual(running.returncode, code, output + errors)
        found: dict[str, str] = {}
        for line in output.split("\n\n")[0].splitlines():
            result, name, _ = line.split(maxsplit=2)
            found[name] = result
        return found

    def left(self) -> list[str]:
        """What exists of runs of the script."""
        sagemaker, iam = self.platform.admin("sagemaker"), self.platform.admin("iam")
        names = [each["RoleName"] for each in iam.list_roles()["Roles"]]
        names += [each["ModelPackageGroupName"] for each in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]]
        names += [each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]]
        configs = sagemaker.list_notebook_instance_lifecycle_configs()["NotebookInstanceLifecycleConfigs"]
        names += [each["NotebookInstanceLifecycleConfigName"] for each in configs]
        names += [each["NotebookInstanceName"] for each in sagemaker.list_notebook_instances()["NotebookInstances"]]
        return [name for name in names if name.startswith(PREFIX)]

    def fault(self, mode: str, service: str, action: str, **more: Any) -> None:
        """Let calls fail, or wait."""
        self.platform.control("POST", "faults", {"mode": mode, "service": service, "action": action, **more})

    def wait_for_fault(self, running: subprocess.Popen[str]) -> None:
        """Wait until the script has made the last call that is to fail or to wait."""
        while not self.platform.control("GET", "faults")["triggered"][-1]:
            self.assertIsNone(running.poll(), "the script has ended early")
            time.sleep(0.05)

    def test_without_options_it_only_reads(self) -> None:
        self.platform.control("POST", "log")
        found = self.results(code=0)
        self.assertEqual(set(found.values()), {"holds"})
        made = self.platform.control("GET", "log")["counts"]
        self.assertEqual(set(made), {"sts:GetCallerIdentity", "iam:SimulateCustomPolicy"})

    def administrator(self) -> dict[str, str]:
        """Credentials of a role with the permissions that the script prints, and no others."""
        printed = self.start("--permissions").communicate()[0]
        iam, name = self.platform.admin("iam"), "administrator-of-checks"
        trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="checks", PolicyDocument=printed)
        session = self.platform.admin("sts").assume_role(RoleArn=role, RoleSessionName="admin")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def test_printed_permissions_suffice_to_find_that_beliefs_hold(self) -> None:
        found = self.results("--with-notebook", code=1, **self.administrator())
        self.assertEqual({name for name, result in found.items() if result == "DIFFERS"}, KNOWN)
        self.assertEqual(set(found.values()), {"holds", "DIFFERS"})
        decisions = self.platform.decisions()
        self.assertEqual([each for each in decisions if each["disagreement"]], [])
        self.assertTrue(any(f":assumed-role/{PREFIX}" in each["principal"] for each in decisions))
        self.assertEqual(self.left(), [])
        listed = subprocess.run([sys.executable, str(SCRIPT), "--list"], capture_output=True, text=True, check=True)
        names = {line for line in listed.stdout.splitlines() if not line.startswith(" ")}
        self.assertEqual(names, set(found))

    def test_voided_statements_are_reported(self) -> None:
        self.platform.control("POST", "variables", {"reading": VOIDS})
        found = self.results("--with-role", code=1)
        self.assertEqual(
            {name for name, result in found.items() if result == "DIFFERS"} - KNOWN,
            {f"variable-in-{part}-{where}" for part in ("resource", "condition") for where in ("simulator", "role")},
        )
        self.assertEqual(self.left(), [])

    def test_each_missing_key_is_reported(self) -> None:
        expected = {
            "aws:PrincipalTag/project": {"role-tags", "role-without-tag"},
            "aws:RequestTag/project": {"tags-of-request"},
            "aws:ResourceTag/project": {"tags-as-resource", "tags-of-resource"},
            "aws:TagKeys": {"spelling-of-tag-keys"},
            "iam:PassedToService": {"pass-role"},
            "sagemaker:EnableRemoteDebug": {"remote-debugging"},
            "sagemaker:FileSystemId": {"file-systems-of-jobs"},
            "sagemaker:InstanceTypes": {"instance-types", "type-of-space"},
            "sagemaker:ModelArn": {"model-of-configuration", "models-of-configuration", "model-of-transform-job"},
            "sagemaker:OutputKmsKeyArn": {"keys-of-jobs"},
            "sagemaker:OwnerUserProfileArn": {"owner-of-space"},
            "sagemaker:SearchVisibilityCondition/Tags.project/EqualsIfExists": {"search"},
            "sagemaker:ServerlessMemorySize": {"serverless-has-no-type"},
            "sagemaker:SpaceSharingType": {"sharing-of-space"},
            "sagemaker:TaggingAction": {"tagging-action"},
            "sagemaker:VolumeKmsKeyArn": {"keys-of-jobs", "volume-key-of-configuration"},
            "sagemaker:VpcSubnets": {"network-of-jobs"},
        }
        self.platform.control("POST", "left-out-keys", {"keys": list(expected)})
        found = self.results("--with-role", code=1)
        differing = {name for name, result in found.items() if result == "DIFFERS"}
        self.assertEqual(differing, set().union(*expected.values()))

    def test_interrupted_run_leaves_nothing(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                self.fault("hold_after", "sagemaker", "CreateModelPackageGroup")
                running = self.start("--with-role")
                self.wait_for_fault(running)
                self.assertNotEqual(self.left(), [])
                running.send_signal(number)
                running.communicate()
                self.platform.control("DELETE", "faults")
                self.assertEqual((running.returncode, self.left()), (2, []))

    def test_clean_up_deletes_what_killed_runs_left(self) -> None:
        # The last one is killed while it deletes, after its role was refused a group.
        moments = [
            ("hold_after", "iam", "CreateRole", "--with-role"),
            ("hold_after", "sagemaker", "CreateModelPackageGroup", "--with-role"),
            ("hold_after", "sagemaker", "CreateNotebookInstance", "--with-notebook"),
            ("hold", "iam", "DeleteRole", "--with-role"),
        ]
        for mode, service, action, option in moments:
            if action == "DeleteRole":
                self.fault("error", "sagemaker", "CreateModelPackageGroup")
            self.fault(mode, service, action)
            running = self.start(option)
            self.wait_for_fault(running)
            running.kill()
            running.communicate()
            self.platform.control("DELETE", "faults")
        self.assertEqual(len({name[:22] for name in self.left()}), len(moments))
        elsewhere = self.start("--clean-up", "--region", "us-west-2")
        elsewhere.communicate()
        self.assertEqual((elsewhere.returncode, len({name[:22] for name in self.left()})), (0, len(moments)))
        cleaning = self.start("--clean-up")
        errors = cleaning.communicate()[1]
        self.assertEqual((cleaning.returncode, self.left()), (0, []), errors)

    def test_what_cannot_be_deleted_is_told_and_kept_in_mind(self) -> None:
        access = self.access()
        Check(access).make_role()
        self.fault("error", "sagemaker", "DeleteModelPackageGroup")
        left = clean_up(access, WHERE.name)
        self.assertEqual([each.split(":")[0] for each in left], [f"model_package_group {WHERE.name}"])
        self.assertEqual(self.left(), [WHERE.name, WHERE.name])
        policies_of_role = self.platform.admin("iam").list_role_policies(RoleName=WHERE.name)["PolicyNames"]
        self.assertEqual(policies_of_role, [])
        self.assertEqual((clean_up(access, WHERE.name), self.left()), ([], []))

    def test_refusals_are_no_findings(self) -> None:
        for action, options in (("SimulateCustomPolicy", []), ("CreateRole", ["--with-role"])):
            with self.subTest(action):
                self.fault("error", "iam", action, times=1000)
                found = self.results(*options, code=2)
                self.platform.control("DELETE", "faults")
                simulated = {each.name for each in policies.simulated(WHERE)}
                refused = simulated if action == "SimulateCustomPolicy" else set(found) - simulated
                self.assertEqual({name for name, result in found.items() if result == "UNTRIED"}, refused)
                self.assertNotIn("DIFFERS", found.values())

    def access(self) -> Access:
        """The emulator, as its administrator reaches it."""

        def client(service: str, config: Any, **keys: str) -> Any:
            if not keys:
                return self.platform.admin(service)
            credentials = {
                "AccessKeyId": keys["aws_access_key_id"],
                "SecretAccessKey": keys["aws_secret_access_key"],
                "SessionToken": keys["aws_session_token"],
            }
            return self.platform.client_of(credentials, service)

        return Access(SimpleNamespace(client=client), WHERE, 0)

    def notebook(self, refused: int, mode: str = "error") -> Finding:
        """What comes of the check with a notebook instance, if the first requests for one are answered with an error."""
        access = self.access()
        if refused:
            self.fault(mode, "sagemaker", "CreateNotebookInstance", times=refused, code="ValidationException", status=400)
        found = find(notebook.NOTEBOOK, lambda: notebook.Notebooks(access).start())
        self.platform.control("DELETE", "faults")
        self.assertEqual((clean_up(access, WHERE.name), self.left()), ([], []))
        return found

    def test_notebook_differs_if_it_starts_without_the_condition_only(self) -> None:
        looks = 2 * LOOKS
        self.assertEqual(self.notebook(looks - 1).result, "holds")
        self.assertEqual(self.notebook(1, "error_after").result, "holds")
        self.assertEqual(self.notebook(looks).result, "DIFFERS")
        self.assertEqual(self.notebook(2 * looks).result, "UNTRIED")


if __name__ == "__main__":
    unittest.main()
