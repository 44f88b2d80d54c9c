"""How S3 copies an object for its rules: to each destination once, and only what the role may read and write.

The server copies for the first rule that matches, and asks nobody but the policy of a foreign bucket. Several destinations
and priorities: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
"""

import copy

from ministack.core.responses import new_uuid
from ministack.services import s3

from permissions import Role, kms_key_of

def install():
    s3._maybe_replicate = replicate
    s3._maybe_replicate_delete_marker = replicate_delete_marker
    record = s3._record_object_version

    def record_version(bucket, key, prior, obj, data):
        version = record(bucket, key, prior, obj, data)
        wanted = obj.pop("_version_of_all_copies", None)
        if not version or not wanted:
            return version
        # a replica has the version id of its source
        obj["version_id"] = s3._object_versions[(bucket, key)][-1]["version_id"] = wanted
        return wanted

    s3._record_object_version = record_version


def replicate(source, key, obj, data, tags=None):
    encrypted = kms_key_of(obj) is not None
    rules = [it for it in _rules(source, key, tags or {}) if not encrypted or _takes_kms(it)]
    if not rules:
        return
    obj["_version_of_all_copies"] = new_uuid()
    copied = [_copy(source, key, obj, data, tags, rule) for rule in rules]
    obj["replication_status"] = "COMPLETED" if all(copied) else "FAILED"


def tags_of(source, key, version):
    return s3._object_tags.get((source, key, version)) or s3._object_tags.get((source, key, None)) or {}


def replicate_again(source, key, version, entry):
    """A version that exists, to the destinations that do not have it yet. Whether all have it then."""
    tags = tags_of(source, key, version)
    encrypted = kms_key_of(entry) is not None
    rules = [it for it in _rules(source, key, tags) if not encrypted or _takes_kms(it)]
    data = s3._get_object_data(source, key, None if version == "null" else version)
    obj = {**{name: it for name, it in entry.items() if name != "data"}, "_version_of_all_copies": version}
    arrived = [_has(source, key, version, rule) or _copy(source, key, obj, data, tags, rule) for rule in rules]
    entry["replication_status"] = "COMPLETED" if all(arrived) else "FAILED"
    current = s3._buckets[source]["objects"].get(key)
    if current and (current.get("version_id") or "null") == version:
        current["replication_status"] = entry["replication_status"]
    return all(arrived)


def _has(source, key, version, rule):
    target = _target(source, rule["Destination"])
    if target is None:
        return False
    with s3._in_account(target[1]):
        return any(it["version_id"] == version for it in s3._object_versions.get((target[0], key)) or [])


def _copy(source, key, obj, data, tags, rule):
    destination = rule["Destination"]
    target = _target(source, destination)
    if target is None:
        return False
    name, account, bucket = target
    if s3._bucket_object_lock.get(source) and not s3._bucket_object_lock.get_scoped(account, None, name):
        return False
    replica_key = destination.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    overrides = "AccessControlTranslation" in destination and not s3._bucket_owner_enforced(bucket)
    role = Role(s3._bucket_replication[source]["Role"])
    if not role.may_read(source, key, obj):
        return False
    if not role.may_write(name, account, source, key, obj, replica_key, overrides):
        return False

    readable_tags = tags and role.may_read_tags(source, key)
    replica = {**copy.deepcopy(obj), "replication_status": "REPLICA"}
    if kms_key_of(obj):
        replica["preserved_headers"]["x-amz-server-side-encryption-aws-kms-key-id"] = replica_key
    if destination.get("StorageClass"):
        replica["storage_class"] = destination["StorageClass"]
    prior = bucket["objects"].get(key)
    bucket["objects"][key] = replica
    with s3._in_account(account):
        version = s3._record_object_version(name, key, prior, replica, data)
        if readable_tags:
            s3._object_tags[(name, key, version)] = dict(tags)
    return True


def replicate_delete_marker(source, key):
    # a delete marker has no tags, so rules that ask for tags are not for it
    for rule in _rules(source, key, {}):
        if "Filter" in rule and (rule.get("DeleteMarkerReplication") or {}).get("Status") != "Enabled":
            continue
        target = _target(source, rule["Destination"])
        role = Role(s3._bucket_replication[source]["Role"])
        if target is None or not role.may_replicate_delete(source, key, target[0], target[1]):
            continue
        name, account, bucket = target
        with s3._in_account(account):
            s3._record_delete_marker(name, key, bucket["objects"].get(key))
            bucket["objects"].pop(key, None)


def _rules(source, key, tags):
    """For each destination the enabled rule of the highest priority that the object matches."""
    configuration = s3._bucket_replication.get(source)
    if not configuration or s3._bucket_versioning.get(source) != "Enabled":
        return []
    chosen = {}
    for rule in configuration["Rules"]:
        matches = key.startswith(s3._replication_rule_prefix(rule)) and all(
            tags.get(name) == value for name, value in s3._replication_rule_tags(rule).items()
        )
        if rule["Status"] != "Enabled" or not matches:
            continue
        bucket = rule["Destination"]["Bucket"]
        if bucket not in chosen or rule.get("Priority", 0) > chosen[bucket].get("Priority", 0):
            chosen[bucket] = rule
    return list(chosen.values())


def _takes_kms(rule):
    return rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {}).get("Status") == "Enabled"


def _target(source, destination):
    """Name, account and record of the destination, if S3 would write there at all."""
    name = destination["Bucket"].split(":::")[-1]
    account = s3._bucket_owner_account(name)
    bucket = s3._buckets.get_scoped(account, None, name) if account else None
    if bucket is None or s3._bucket_versioning.get_scoped(account, None, name) != "Enabled":
        return None
    if destination.get("Account", account) != account:
        return None
    return name, account, bucket
