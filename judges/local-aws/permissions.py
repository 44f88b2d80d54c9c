"""Whether the role of a replication configuration may do what S3 does with it.

The calls are those of https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html; the server's own policy
evaluation answers them.
"""

import json

from ministack.core import iam_evaluator as iam
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam as iam_service
from ministack.services import kms, s3

_SSE = "x-amz-server-side-encryption"

# the server takes the account of the caller for that of a bucket, whose ARN has none
_value_of = iam._resolve_condition_key


def _with_owner(key, ctx):
    own = key.lower() == "s3:resourceaccount" and ctx.service_context.get("s3:resourceaccount")
    return own or _value_of(key, ctx)


iam._resolve_condition_key = _with_owner


def kms_key_of(obj):
    headers = obj.get("preserved_headers", {})
    return headers.get(f"{_SSE}-aws-kms-key-id") if str(headers.get(_SSE, "")).startswith("aws:kms") else None


class Role:
    def __init__(self, arn):
        self.arn = arn
        self.account = arn.split(":")[4]
        self.name = arn.rsplit("/", 1)[-1]
        record = iam_service._roles.get_scoped(self.account, None, self.name)
        self.assumed = record is not None and record.get("Arn") == arn and self._trusts_s3(record)
        self.policies = iam._gather_role_policies(self.name, self.account)

    def may_read_tags(self, source, key):
        return self._may("s3:GetObjectVersionTagging", f"arn:aws:s3:::{source}/{key}", get_account_id())

    def may_read(self, source, key, obj):
        bucket, thing = f"arn:aws:s3:::{source}", f"arn:aws:s3:::{source}/{key}"
        locked = ("s3:GetObjectRetention", "s3:GetObjectLegalHold") if s3._bucket_object_lock.get(source) else ()
        actions = ("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", *locked)
        return (
            self._may_configure(bucket)
            and all(self._may(action, thing, get_account_id()) for action in actions)
            and (kms_key_of(obj) is None or self._may_use("kms:Decrypt", kms_key_of(obj), source, key, [source]))
        )

    def may_write(self, name, account, source, key, obj, replica_key, overrides):
        thing = f"arn:aws:s3:::{name}/{key}"
        actions = ["ReplicateObject", *(["ObjectOwnerOverrideToBucketOwner"] if overrides else [])]
        return all(self._may(f"s3:{action}", thing, account) for action in actions) and (
            kms_key_of(obj) is None
            or all(
                self._may_use(action, replica_key, name, key, [source, name])
                for action in ("kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt")
            )
        )

    def may_replicate_delete(self, source, key, name, account):
        return self._may_configure(f"arn:aws:s3:::{source}") and self._may(
            "s3:ReplicateDelete", f"arn:aws:s3:::{name}/{key}", account
        )

    def _may_configure(self, bucket):
        actions = ("s3:GetReplicationConfiguration", "s3:ListBucket")
        return all(self._may(action, bucket, get_account_id()) for action in actions)

    def _may(self, action, resource, owner):
        policy = s3._bucket_policies.get_scoped(owner, None, resource.split(":::")[1].split("/")[0])
        return self._decide(action, resource, policy, owner, {"s3:resourceaccount": owner})

    def _may_use(self, action, key_arn, bucket, key, buckets_with_keys):
        region, owner, resource = key_arn.split(":", 5)[3:]
        if resource == "alias/aws/s3":  # its policy lets everybody of the account use it through S3
            return owner == self.account
        record = kms._keys.get_scoped(owner, region, resource.split("/", 1)[1])
        if record is None:
            return False
        # with an S3 Bucket Key at either end the encryption context is the bucket
        of_bucket = any(map(_has_bucket_key, buckets_with_keys))
        context = f"arn:aws:s3:::{bucket}" if of_bucket else f"arn:aws:s3:::{bucket}/{key}"
        keys = {"kms:viaservice": f"s3.{region}.amazonaws.com", "kms:encryptioncontext:aws:s3:arn": context}
        return self._decide(action, key_arn, record.get("Policy"), owner, keys)

    def _decide(self, action, resource, policy, owner, context_keys=None):
        if not self.assumed:
            return False
        context = _context(self, action, resource, context_keys)
        # the server knows no policy variables; the library writes this one only
        policy = policy and _text(policy).replace("${aws:PrincipalAccount}", self.account)
        identity = iam.evaluate(context, self.policies)
        required = action.startswith("kms:")
        return iam.combine_resource_policy(identity, context, policy, owner, required).decision == "Allow"

    def _trusts_s3(self, record):
        context = _context(self, "sts:AssumeRole", self.arn)
        trust = record.get("AssumeRolePolicyDocument")
        return iam.evaluate_resource_policy(trust, context, service="s3.amazonaws.com").decision == "Allow"


class Caller:
    """A role that a service assumes for the account of the request."""

    def __init__(self, arn, service, trust_keys=None):
        self.arn, self.service = arn, service
        self.account, self.name = get_account_id(), arn.rsplit("/", 1)[-1]
        record = iam_service._roles.get_scoped(self.account, None, self.name)
        trust = record and record.get("AssumeRolePolicyDocument")
        keys = {"aws:sourceaccount": self.account, **{name.lower(): it for name, it in (trust_keys or {}).items()}}
        asked = _context(self, "sts:AssumeRole", arn, keys)
        self.assumed = trust and iam.evaluate_resource_policy(trust, asked, service=service).decision == "Allow"

    def may(self, action, resource, keys=None):
        if not self.assumed:
            return False
        policies = iam._gather_role_policies(self.name, self.account)
        return iam.evaluate(_context(self, action, resource, keys), policies).decision == "Allow"


def _context(caller, action, resource, keys=None):
    return iam.EvalContext(
        principal_arn=caller.arn,
        principal_type="AssumedRole",
        principal_account=caller.account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,
        service_context=keys or {},
    )


def _text(policy):
    return policy if isinstance(policy, str) else json.dumps(policy)


def _has_bucket_key(name):
    owner = s3._bucket_owner_account(name)
    return "<BucketKeyEnabled>true" in str(s3._bucket_encryption.get_scoped(owner, None, name, ""))
