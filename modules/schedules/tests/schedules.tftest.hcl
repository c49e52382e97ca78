# What the role can do, and who can assume it.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

run "role" {
  command = apply

  variables {
    name = "stops"
  }

  assert {
    condition = { for request, allowed in {
      "own"     = [{ "aws:ResourceTag/system" = ["MLSpace"], "aws:ResourceTag/project" = ["fraud"] }, "sagemaker:StopNotebookInstance"]
      "foreign" = [{ "aws:ResourceTag/system" = ["Other"], "aws:ResourceTag/project" = ["fraud"] }, "sagemaker:StopNotebookInstance"]
      "untold"  = [{}, "sagemaker:StopNotebookInstance"]
      "start"   = [{ "aws:ResourceTag/system" = ["MLSpace"], "aws:ResourceTag/project" = ["fraud"] }, "sagemaker:StartNotebookInstance"]
      } : request => provider::mlspace::policy_allows(
      [aws_iam_policy.stop.policy], "arn:aws:iam::123456789012:role/platform/stops", allowed[1],
      "arn:aws:sagemaker:eu-west-1:123456789012:notebook-instance/fraud-alice", allowed[0],
    ) } == { own = true, foreign = false, untold = false, start = false }
    error_message = "The role must stop the platform's notebooks, and do nothing else."
  }

  assert {
    condition     = strcontains(aws_iam_role.stop.assume_role_policy, "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/stops") && aws_iam_role.stop.permissions_boundary == aws_iam_policy.stop.arn
    error_message = "Schedules of the group only must assume the role, which its boundary limits."
  }

  assert {
    condition     = output.termination == { enforce = "scheduler", schedule_group = "stops", role_arn = aws_iam_role.stop.arn } && output.stop_schedules.group == "stops"
    error_message = "Outputs must name the group and the role."
  }
}
