"""AWS::S3::Bucket with the properties that the server ignores: what CloudFormation's handler does, by the S3 API."""

import re
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ministack.core.responses import get_account_id, get_region
from ministack.services import s3
from ministack.services.cloudformation import provisioners

_SSE = "x-amz-server-side-encryption"
_SSE_KEY = f"{_SSE}-aws-kms-key-id"


def install():
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_bucket(logical_id, properties, stack_name):
        properties = _named(properties)
        name, attributes = create(logical_id, properties, stack_name)
        apply_to_new(name, properties)
        return name, attributes

    def apply_to_new(name, properties):
        try:
            _apply(name, {}, properties)
        except ValueError:
            delete(name, properties)  # the server would forget it: it has no physical id yet
            raise

    def update_bucket(physical_id, old, new, stack_name):
        new = _named(new)
        if old.get("ReplicationConfiguration") and not new.get("ReplicationConfiguration"):
            _call(s3._delete_bucket_replication, physical_id)  # S3 lets versioning go only after that
        name, attributes = update(physical_id, old, new, stack_name)
        if name == physical_id:
            _apply(name, old, new)
        else:
            apply_to_new(name, new)
        return name, attributes

    def delete_bucket(physical_id, properties):
        versions = (kept for (bucket, _), kept in s3._object_versions.items() if bucket == physical_id)
        if s3._buckets.get(physical_id, {}).get("objects") or any(versions):
            raise ValueError("The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
        delete(physical_id, properties)

    handler.update(create=create_bucket, update=update_bucket, delete=delete_bucket)
    _name_the_managed_key()


def _named(properties):
    """With the name of a bucket in the namespace of its account and region."""
    prefix, namespace = properties.get("BucketNamePrefix"), properties.get("BucketNamespace")
    if not prefix or namespace != "account-regional":
        return properties
    return {**properties, "BucketName": f"{prefix}-{get_account_id()}-{get_region()}-an"}


def _name_the_managed_key():
    """Encryption with KMS and no key means the key aws/s3, which the server does not have."""
    of_request, of_bucket = s3._resolve_sse_write_headers, s3._bucket_default_sse_headers

    def with_key(headers, named=None):
        if not headers.get(_SSE, "").startswith("aws:kms") or headers.get(_SSE_KEY):
            return headers
        return {**headers, _SSE_KEY: named or f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"}

    def default_headers(bucket_name):
        # the server does not read the key of double encryption
        key = re.search(r"KMSMasterKeyID>([^<]+)<", str(s3._bucket_encryption.get(bucket_name, "")))
        return with_key(of_bucket(bucket_name), key and key[1])

    s3._bucket_default_sse_headers = default_headers
    s3._resolve_sse_write_headers = lambda headers, bucket_name: of_request(with_key(headers), bucket_name)


def _apply(name, old, new):
    if new.get("ObjectLockEnabled") in (True, "true"):
        s3._bucket_versioning[name] = "Enabled"
        _call(s3._put_object_lock_configuration, name, _object_lock(new.get("ObjectLockConfiguration") or {}))
    if new.get("BucketEncryption"):
        _call(s3._put_bucket_encryption, name, _encryption(new["BucketEncryption"]))
    if new.get("OwnershipControls"):
        rules = [{"ObjectOwnership": it["ObjectOwnership"]} for it in new["OwnershipControls"]["Rules"]]
        _call(s3._put_bucket_ownership_controls, name, _xml("OwnershipControls", {"Rule": rules}))
    if new.get("Tags"):
        _call(s3._put_bucket_tagging, name, _xml("Tagging", {"TagSet": {"Tag": new["Tags"]}}))
    was, status = ((it.get("VersioningConfiguration") or {}).get("Status") for it in (old, new))
    if was == "Enabled" and status != "Enabled":
        _call(s3._put_bucket_versioning, name, _xml("VersioningConfiguration", {"Status": "Suspended"}))
    if new.get("ReplicationConfiguration"):
        _call(s3._put_bucket_replication, name, _replication(new["ReplicationConfiguration"]))


def _call(operation, *arguments):
    status, _, body = operation(*arguments)
    if status >= 400:
        message = next(it.text for it in fromstring(body).iter() if it.tag.rsplit("}", 1)[-1] == "Message")
        raise ValueError(f'Resource handler returned message: "{message} (Service: S3, Status Code: {status})"')


def _replication(configuration):
    return _xml(
        "ReplicationConfiguration",
        {"Role": configuration.get("Role"), "Rule": [_rule(it) for it in configuration.get("Rules") or []]},
    )


def _rule(properties):
    renamed = {"ID" if name == "Id" else name: value for name, value in properties.items()}
    if "Filter" in renamed:
        renamed["Filter"] = _filter(renamed["Filter"])
    return renamed


def _filter(properties):
    renamed = {"Tag" if name in ("TagFilter", "TagFilters") else name: value for name, value in properties.items()}
    if "And" in renamed:
        renamed["And"] = _filter(renamed["And"])
    return renamed


def _encryption(properties):
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": it.get("ServerSideEncryptionByDefault"),
            "BucketKeyEnabled": it.get("BucketKeyEnabled"),
        }
        for it in properties["ServerSideEncryptionConfiguration"]
    ]
    return _xml("ServerSideEncryptionConfiguration", {"Rule": rules})


def _object_lock(properties):
    return _xml("ObjectLockConfiguration", {"ObjectLockEnabled": "Enabled", "Rule": properties.get("Rule")})


def _xml(name, content):
    root = Element(name, xmlns=s3.S3_NS)
    _fill(root, content)
    return tostring(root)


def _fill(parent, content):
    for name, value in content.items():
        for item in value if isinstance(value, list) else [value]:
            if item is None:
                continue
            child = SubElement(parent, name)
            if isinstance(item, dict):
                _fill(child, item)
            else:
                child.text = str(item).lower() if isinstance(item, bool) else str(item)
