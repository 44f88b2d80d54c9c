"""Jobs of S3 Batch Operations that replicate, as far as Step Functions makes, lists and looks at them.

A job runs when it is looked at for the second time. What it needs:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html; its report:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
"""

import csv
import hashlib
import io
import json
import threading
from urllib.parse import quote

from ministack import app
from ministack.core.responses import AccountRegionScopedDict, get_region, new_uuid, now_iso
from ministack.services import s3
from ministack.services.stepfunctions import _ExecutionError

import delivery
from permissions import Caller

_NEEDED = ("AccountId", "ClientRequestToken", "Operation", "Priority", "Report", "RoleArn", "ManifestGenerator")
_NOTHING = "Manifest generation found no keys matching the filter criteria."
_jobs = AccountRegionScopedDict()
_one_at_a_time = threading.RLock()


def install():
    reset = s3.reset

    def both():
        _jobs.clear()
        reset()

    s3.reset = both


def _refuse(code, message):
    raise _ExecutionError(f"S3Control.{code}", message)


def create_job(given):
    missing = [name for name in _NEEDED if given.get(name) in (None, "")]
    if missing:
        _refuse("BadRequestException", f"missing: {missing}")
    if given["Operation"] != {"S3ReplicateObject": {}}:
        _refuse("BadRequestException", "only S3ReplicateObject is imitated here")
    if not 1 <= len(given["ClientRequestToken"]) <= 64:
        _refuse("BadRequestException", "ClientRequestToken has 1 to 64 characters")
    generator = given["ManifestGenerator"].get("S3JobManifestGenerator") or {}
    if "EnableManifestOutput" not in generator or not generator.get("SourceBucket", "").startswith("arn:"):
        _refuse("BadRequestException", "S3JobManifestGenerator needs SourceBucket, an ARN, and EnableManifestOutput")
    if given["Report"]["Enabled"] and not given["Report"].get("Bucket", "").startswith("arn:"):
        _refuse("BadRequestException", "Report.Bucket is an ARN")
    source = generator["SourceBucket"].split(":::")[1]
    if s3._notification_bucket_region(source) != get_region():
        _refuse("BadRequestException", "the job is in the region of the source bucket")
    for job in _jobs.values():
        if job["given"]["ClientRequestToken"] == given["ClientRequestToken"]:
            if job["given"] != given:
                _refuse("IdempotencyException", "the token was used for another request")
            return {"JobId": job["JobId"]}
    job = {
        "JobId": new_uuid(),
        "Status": "New",
        "CreationTime": now_iso(),
        "Description": given.get("Description"),
        "Operation": "S3ReplicateObject",
        "Priority": given["Priority"],
        "ProgressSummary": _progress(0, 0),
        "given": given,
        "looks": 0,
    }
    _jobs[job["JobId"]] = job
    return {"JobId": job["JobId"]}


def describe_job(given):
    job = _jobs.get(given["JobId"])
    if job is None:
        _refuse("NotFoundException", "no such job")
    job["looks"] += 1
    if job["Status"] == "New" and job["looks"] > 1:
        _run(job, job["given"])
    return {"Job": {**_public(job), "FailureReasons": job.get("FailureReasons", [])}}


def list_jobs(given):
    jobs = [_public(job) for job in sorted(_jobs.values(), key=lambda it: it["CreationTime"], reverse=True)]
    first, most = int(given.get("NextToken") or 0), int(given.get("MaxResults") or 1000)
    more = {"NextToken": str(first + most)} if first + most < len(jobs) else {}
    return {"Jobs": jobs[first : first + most], **more}


def _alone(call):
    def called(given):
        with _one_at_a_time:
            return call(given)

    return called


CALLS = {
    "createJob": _alone(create_job),
    "describeJob": _alone(describe_job),
    "listJobs": _alone(list_jobs),
}


def _public(job):
    return json.loads(json.dumps({name: it for name, it in job.items() if name[0].isupper()}))


def _progress(succeeded, failed):
    counts = {"NumberOfTasksSucceeded": succeeded, "NumberOfTasksFailed": failed}
    return {"TotalNumberOfTasks": succeeded + failed, **counts}


def _fail(job, code, reason):
    job.update(Status="Failed", FailureReasons=[{"FailureCode": code, "FailureReason": reason}])


def _run(job, given):
    generator = given["ManifestGenerator"]["S3JobManifestGenerator"]
    source, wanted = generator["SourceBucket"].split(":::")[1], generator.get("Filter") or {}
    role = Caller(given["RoleArn"], "batchoperations.s3.amazonaws.com")
    bucket = f"arn:aws:s3:::{source}"
    if not all(role.may(f"s3:{it}", bucket) for it in ("GetReplicationConfiguration", "PutInventoryConfiguration")):
        return _fail(job, "AccessDenied", "Access denied to the generator of the manifest")
    tasks = [it for it in _versions(source) if _selected(source, it, wanted)]
    if not tasks:
        return _fail(job, "ManifestGenerationFailed", _NOTHING)
    failed, succeeded = [], 0
    for key, version, entry in tasks:
        code = None if role.may("s3:InitiateReplication", f"{bucket}/{key}") else "InitiateReplicationNotPermitted"
        if code is None and not delivery.replicate_again(source, key, version, entry):
            code = "DstPutObjectNotPermitted"
        if code:
            failed.append((source, quote(key), version, "failed", code, 403, "Object failed to replicate"))
        succeeded += code is None
        if len(failed) + succeeded == 1000 and len(failed) > 500:
            break
    job["ProgressSummary"] = _progress(succeeded, len(failed))
    if len(failed) + succeeded < len(tasks):
        _fail(job, "JobFailed", "More than 50% of the tasks failed")
    else:
        job["Status"] = "Complete"
    if given["Report"]["Enabled"] and not _report(role, job, given["Report"], failed):
        _fail(job, "ReportFailure", "The job report could not be written to your report bucket.")


def _versions(source):
    """All versions but delete markers, the oldest of a key first; what was there before versioning has none."""
    for key, current in list(s3._buckets[source]["objects"].items()):
        entries = [it for it in s3._object_versions.get((source, key)) or [] if not it.get("is_delete_marker")]
        for entry in entries:
            yield key, entry["version_id"], entry
        if not entries:
            yield key, "null", current


def _selected(source, task, wanted):
    key, version, entry = task
    storage_class = entry.get("storage_class") or "STANDARD"
    name = wanted.get("KeyNameConstraint") or {}
    statuses = wanted.get("ObjectReplicationStatuses")
    return (
        (not statuses or (entry.get("replication_status") or "NONE") in statuses)
        and (not name.get("MatchAnyPrefix") or key.startswith(tuple(name["MatchAnyPrefix"])))
        and (not name.get("MatchAnySuffix") or key.endswith(tuple(name["MatchAnySuffix"])))
        and wanted.get("CreatedAfter", "") <= entry["last_modified"] <= wanted.get("CreatedBefore", "9")
        and entry["size"] > wanted.get("ObjectSizeGreaterThanBytes", -1)
        and entry["size"] < wanted.get("ObjectSizeLessThanBytes", float("inf"))
        and storage_class in wanted.get("MatchAnyStorageClass", [storage_class])
        and bool(delivery._rules(source, key, delivery.tags_of(source, key, version)))
    )


def _report(role, job, report, failed):
    bucket = report["Bucket"].split(":::")[1]
    folder = f"{report.get('Prefix', '')}/job-{job['JobId']}"
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(failed)
    results = f"{folder}/results/{hashlib.sha1(text.getvalue().encode()).hexdigest()}.csv"
    files = {results: text.getvalue()} if failed else {}
    manifest = {
        "Format": report["Format"],
        "ReportCreationDate": now_iso(),
        "Results": [
            {
                "TaskExecutionStatus": "failed",
                "Bucket": bucket,
                "MD5Checksum": hashlib.md5(it.encode()).hexdigest(),
                "Key": key,
            }
            for key, it in files.items()
        ],
        "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
    }
    files[f"{folder}/manifest.json"] = json.dumps(manifest)
    if not all(role.may("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}") for key in files):
        return False
    return all(call_s3("PUT", bucket, key, it.encode())[0] < 400 for key, it in files.items())


def get_object(given):
    headers = {"range": given["Range"]} if given.get("Range") else {}
    status, _, content = call_s3("GET", given["Bucket"], given["Key"], b"", headers)
    if status >= 400:
        raise _ExecutionError("S3.NoSuchKeyException", f"{status} {content}")
    return {"Body": content.decode() if isinstance(content, bytes) else content}


def call_s3(method, bucket, key, body, more=None):
    headers = {"host": f"s3.{get_region()}.amazonaws.com", "content-length": str(len(body)), **(more or {})}
    handler = app.SERVICE_HANDLERS["s3"]
    return app.call_service_handler_sync(handler, method, f"/{bucket}/{key}", headers, body, {})
