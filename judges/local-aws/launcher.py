"""Starts ministack with what it lacks for replication, and for seeing it. Ends, with everything it made, when its standard input does."""

import importlib
import os
import shutil
import signal
import sys
import threading

import ministack.app
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, s3
from ministack.services.cloudformation import _stacks, engine

import batch
import bucket_resource
import delivery
import s3_rules
import signals
import states


def refuse_what_s3_refuses():
    put_replication, put_versioning = s3._put_bucket_replication, s3._put_bucket_versioning

    def checked_replication(name, body):
        # S3 looks at the source's versioning first, as the server does
        if s3._ensure_bucket(name) is not None and s3._bucket_versioning.get(name) == "Enabled":
            try:
                s3_rules.check(name, body, lambda bucket: s3._bucket_owner_account(bucket) is not None)
            except s3_rules.Refused as refused:
                return s3._error(refused.code, refused.message, 400, f"/{name}")
        return put_replication(name, body)

    def checked_versioning(name, body):
        if s3._bucket_replication.get(name) and b"Enabled</" not in body:
            message = (
                "A replication configuration is present on this bucket, so you cannot change the versioning state. "
                "To change the versioning state, first delete the replication configuration."
            )
            return s3._error("InvalidBucketState", message, 409, f"/{name}")
        return put_versioning(name, body)

    s3._put_bucket_replication, s3._put_bucket_versioning = checked_replication, checked_versioning


def resolve_stack_outputs_everywhere():
    """The server reads Fn::GetStackOutput from the account and region of the stack only."""
    resolve = engine._resolve_refs

    def resolve_refs(value, *scope):
        if not isinstance(value, dict) or list(value) != ["Fn::GetStackOutput"]:
            return resolve(value, *scope)
        asked = {name: resolve_refs(it, *scope) for name, it in value["Fn::GetStackOutput"].items()}
        account, region = get_account_id(), asked.get("Region") or get_region()
        if asked.get("RoleArn"):
            account = asked["RoleArn"].split(":")[4]
            if iam._roles.get_scoped(account, None, asked["RoleArn"].rsplit("/", 1)[-1]) is None:
                raise ValueError(f"Role {asked['RoleArn']} cannot be assumed")
        stack = _stacks.get_scoped(account, region, asked["StackName"])
        if stack is None or stack["StackStatus"].startswith("DELETE"):
            raise ValueError(f"Stack '{asked['StackName']}' does not exist in {region} of account {account}")
        for output in stack.get("Outputs", []):
            if output["OutputKey"] == asked["OutputName"]:
                return output["OutputValue"]
        raise ValueError(f"Output '{asked['OutputName']}' not found in stack '{asked['StackName']}'")

    for name in ("engine", "handlers", "changesets", "stacks", "provisioners"):
        module = importlib.import_module(f"ministack.services.cloudformation.{name}")
        if hasattr(module, "_resolve_refs"):
            module._resolve_refs = resolve_refs


def end_with_parent():
    """However the parent ends, its end of the pipe is closed; handlers that run as Lambda functions end with it."""

    def watch():
        while os.read(sys.stdin.fileno(), 1024):
            pass
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    os.setpgid(0, 0) if os.getpgrp() != os.getpid() else None
    end_with_parent()
    refuse_what_s3_refuses()
    resolve_stack_outputs_everywhere()
    bucket_resource.install()
    delivery.install()
    signals.install()
    states.install()
    batch.install()
    ministack.app.main()
