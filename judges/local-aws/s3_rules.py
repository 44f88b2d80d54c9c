"""What S3 refuses of a replication configuration, and the server accepts.

Texts and codes are S3's, as API_PutBucketReplication, the error list of the S3 API reference and pasted logs have them.
"""

import re

from defusedxml.ElementTree import ParseError, fromstring

MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
_OTHER_SCHEMA = (
    "{} for this version of Cross Region Replication configuration schema. "
    "Please refer to S3 Developer Guide for more information."
)
_STORAGE_CLASSES = (
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
)


class Refused(Exception):
    """Code and message of S3's answer."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def malformed():
    return Refused("MalformedXML", MALFORMED)


def invalid(message):
    return Refused("InvalidRequest", message)


def check(source, body, exists):
    """Raises Refused for a configuration that S3 would not take; `exists` tells whether there is a bucket of a name."""
    try:
        root = fromstring(body)
    except ParseError:
        raise malformed() from None
    _check_role(_all(root, "Role"))
    rules = _all(root, "Rule")
    if not 1 <= len(rules) <= 1000:
        raise malformed()
    first_schema = any(not _all(rule, "Filter") for rule in rules)
    for rule in rules:
        _check_rule(rule, first_schema)
        _check_destination(source, _one(rule, "Destination"), exists)
    _check_set(rules, first_schema)


def _check_role(roles):
    if len(roles) != 1:
        raise malformed()
    arn = roles[0].text or ""
    if not re.fullmatch(r"arn:aws:iam::\d{12}:.+", arn):
        raise Refused("InvalidArgument", "Invalid Role specified in replication configuration")
    if not re.fullmatch(r"arn:aws:iam::\d{12}:role/.+", arn):
        raise Refused("InvalidArgument", "The relative id should start with role")


def _check_rule(rule, first_schema):
    prefixes, filters = _all(rule, "Prefix"), _all(rule, "Filter")
    if len(prefixes) + len(filters) != 1 or _all(rule, "ExistingObjectReplication"):
        raise malformed()
    if _text(rule, "Status") not in ("Enabled", "Disabled"):
        raise malformed()
    if len(_text(rule, "ID") or "") > 255:
        raise Refused("InvalidArgument", "Rule Id cannot be greater than 255")
    for name in ("Priority", "DeleteMarkerReplication"):
        if first_schema and _all(rule, name):
            raise invalid(_OTHER_SCHEMA.format(f"{name} cannot be used"))
        if not first_schema and not _all(rule, name):
            raise invalid(_OTHER_SCHEMA.format(f"{name} must be specified"))
    if first_schema:
        return
    priority = _text(rule, "Priority") or ""
    if not re.fullmatch(r"-?\d+", priority) or int(priority) > 2147483647:
        raise malformed()
    if int(priority) < 0:
        raise invalid("Priority must be between 0 and 2147483647.")
    deletes = _text(_one(rule, "DeleteMarkerReplication"), "Status")
    if deletes not in ("Enabled", "Disabled"):
        raise malformed()
    if _check_filter(filters[0]) and deletes == "Enabled":
        raise invalid(
            "Delete marker replication is not supported if any Tag filter is specified. "
            "Please refer to S3 Developer Guide for more information."
        )


def _check_filter(filter_element):
    """Returns its tags."""
    predicates = list(filter_element)
    if len(predicates) > 1:
        raise malformed()
    both = _all(filter_element, "And")
    if both:
        predicates = list(both[0])
        if len(predicates) < 2 or len(_all(both[0], "Prefix")) > 1:
            raise malformed()
    tags = [it for it in predicates if _name(it) == "Tag"]
    keys = [_text(tag, "Key") for tag in tags]
    if len(set(keys)) < len(keys):
        raise invalid("Duplicate Tag Keys are not allowed.")
    return tags


def _check_destination(source, destination, exists):
    match = re.fullmatch(r"arn:aws:s3:::([a-z0-9.-]{3,63})", _text(destination, "Bucket") or "")
    if not match:
        raise Refused("InvalidArgument", "Invalid bucket ARN")
    if match[1] == source:
        raise invalid("Destination bucket cannot be the same as the source bucket.")
    if not exists(match[1]):
        raise invalid("Destination bucket must exist.")
    if _all(destination, "AccessControlTranslation") and not _text(destination, "Account"):
        raise invalid("Account must be specified if the Owner in AccessControlTranslation has a value")
    if (_text(destination, "StorageClass") or "STANDARD") not in _STORAGE_CLASSES:
        raise malformed()


def _check_set(rules, first_schema):
    ids = [_text(rule, "ID") for rule in rules if _text(rule, "ID")]
    if len(set(ids)) < len(ids):
        raise Refused("InvalidArgument", "Rule Id must be unique")
    if first_schema:
        if len({_text(_one(rule, "Destination"), "Bucket") for rule in rules}) > 1:
            raise invalid("Number of distinct destination bucket ARNs cannot exceed 1")
        return
    seen = set()
    for priority in (int(_text(rule, "Priority")) for rule in rules):
        if priority in seen:
            raise invalid(f"Found duplicate priority {priority}.")
        seen.add(priority)


def _name(element):
    return element.tag.rsplit("}", 1)[-1]


def _all(parent, name):
    return [child for child in parent if _name(child) == name]


def _one(parent, name):
    found = _all(parent, name)
    if len(found) != 1:
        raise malformed()
    return found[0]


def _text(parent, name):
    found = _all(parent, name)
    return found[0].text if found else None
