"""Step Functions as state machines of this library use it: what the server lacks of its calls to S3, and the role asked for each of them."""

import contextvars

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

import batch
from permissions import Caller

_machine = contextvars.ContextVar("machine", default=None)


def _object(given):
    return f"arn:aws:s3:::{given['Bucket']}/{given['Key']}"


def _put(given):
    wanted = ["s3:PutObject"]
    wanted += ["s3:PutObjectTagging"] if given.get("Tagging") else []
    wanted += ["s3:PutObjectRetention"] if given.get("ObjectLockMode") else []
    return [(action, _object(given), {}) for action in wanted]


# what each call needs: action, resource, condition keys
_NEEDS = {
    ("s3", "putObject"): _put,
    ("s3", "headObject"): lambda it: [(f"s3:GetObject{_version(it)}", _object(it), {})],
    ("s3", "deleteObject"): lambda it: [(f"s3:DeleteObject{_version(it)}", _object(it), {})],
    ("cloudwatch", "putMetricData"): lambda it: [
        ("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": it["Namespace"]})
    ],
    ("cloudwatch", "getMetricData"): lambda _: [("cloudwatch:GetMetricData", "*", {})],
    ("s3", "getObject"): lambda it: [("s3:GetObject", _object(it), {})],
    ("s3control", "createJob"): lambda it: [
        ("s3:CreateJob", "*", {"s3:requestjoboperation": next(iter(it["Operation"]))}),
        ("iam:PassRole", it["RoleArn"], {"iam:passedtoservice": "batchoperations.s3.amazonaws.com"}),
    ],
    ("s3control", "listJobs"): lambda _: [("s3:ListJobs", "*", {})],
    ("s3control", "describeJob"): lambda it: [
        ("s3:DescribeJob", f"arn:aws:s3:{get_region()}:{get_account_id()}:job/{it['JobId']}", {})
    ],
    ("sns", "publish"): lambda it: [("sns:Publish", it["TopicArn"], {})],
}


def _version(given):
    return "Version" if given.get("VersionId") else ""


def install():
    stepfunctions._S3_OP_SPECS["HeadObject"]["header_outputs"]["x-amz-replication-status"] = "ReplicationStatus"
    invoke, run = stepfunctions._invoke_aws_sdk_integration, stepfunctions._run_execution

    def running(execution):
        _machine.set(execution.replace(":execution:", ":stateMachine:").rsplit(":", 1)[0])
        return run(execution)

    def invoked(resource, given):
        service, action = resource.split(":")[6:8]
        given = given or {}
        if (service, action) not in _NEEDS:
            raise stepfunctions._ExecutionError("States.Runtime", f"{service}:{action} is not imitated here")
        machine = stepfunctions._state_machines.get(_machine.get()) or {}
        caller = Caller(machine.get("roleArn", ""), "states.amazonaws.com", {"aws:SourceArn": _machine.get()})
        for needed, arn, keys in _NEEDS[(service, action)](given):
            if not caller.may(needed, arn, keys):
                prefix = {"s3": "S3", "s3control": "S3Control", "cloudwatch": "CloudWatch", "sns": "Sns"}[service]
                message = f"{caller.arn} is not authorized to perform: {needed} on resource: {arn}"
                raise stepfunctions._ExecutionError(f"{prefix}.{prefix}Exception", message)
        ours = _OURS.get((service, action))
        return ours(given) if ours else invoke(resource, given)

    stepfunctions._run_execution = running
    stepfunctions._invoke_aws_sdk_integration = invoked


_HEADERS = {
    "Tagging": "x-amz-tagging",
    "ObjectLockMode": "x-amz-object-lock-mode",
    "ObjectLockRetainUntilDate": "x-amz-object-lock-retain-until-date",
    "ExpectedBucketOwner": "x-amz-expected-bucket-owner",
}


def _put_object(given):
    body = str(given.get("Body", "")).encode()
    headers = {header: str(given[name]) for name, header in _HEADERS.items() if given.get(name)}
    status, answered, content = batch.call_s3("PUT", given["Bucket"], given["Key"], body, headers)
    if status >= 400:
        raise stepfunctions._ExecutionError("S3.S3Exception", f"{status} {content}")
    known = {name.lower(): value for name, value in answered.items()}
    return {"ETag": known.get("etag"), "VersionId": known.get("x-amz-version-id")}


_OURS = {
    ("s3", "putObject"): _put_object,
    ("s3", "getObject"): batch.get_object,
    **{("s3control", action): call for action, call in batch.CALLS.items()},
}
