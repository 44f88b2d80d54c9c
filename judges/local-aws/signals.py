"""What S3 tells about replication, and who listens: metrics, events, alarms, and alarms of other regions.

The server publishes none of these, and its alarms look neither at dimensions nor at missing data. Which metric is where:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html; missing data:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import json
import os
import time

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso, request_scope
from ministack.services import cloudwatch, eventbridge, s3

import delivery
from permissions import Caller

# a period of an alarm passes as much faster as a wait of Step Functions does
_SCALE = float(os.environ.get("SFN_WAIT_SCALE", "1"))
_FASTEST = 2.0

_BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def install():
    copy_object = delivery._copy

    def copied(source, key, obj, data, tags, rule):
        arrived = copy_object(source, key, obj, data, tags, rule)
        if (rule["Destination"].get("Metrics") or {}).get("Status") == "Enabled":
            _tell(source, key, obj, rule, arrived)
        return arrived

    delivery._copy = copied
    cloudwatch._evaluate_alarm = _evaluate
    describe = cloudwatch._describe_alarms

    def described(*given):
        cloudwatch._evaluate_all_alarms()  # time has passed, and what is missing may count
        return describe(*given)

    cloudwatch._describe_alarms = described
    forward = eventbridge._dispatch_to_event_bus

    def forwarded(spec, event, rule, path, payload=None):
        if spec.account_id == get_account_id() and spec.region != get_region():
            return _to_other_region(spec, event, rule)
        return forward(spec, event, rule, path, payload)

    eventbridge._dispatch_to_event_bus = forwarded


def _tell(source, key, obj, rule, arrived):
    destination = rule["Destination"]["Bucket"].split(":::")[1]
    dimensions = {"SourceBucket": source, "DestinationBucket": destination, "RuleId": rule["ID"]}
    account = get_account_id()
    here = s3._notification_bucket_region(source)
    _publish(account, here, "OperationsFailedReplication", 0 if arrived else 1, "Count", dimensions)
    owner = s3._bucket_owner_account(destination)
    if owner:
        with s3._in_account(owner):
            there = s3._notification_bucket_region(destination)
        waiting = 0 if arrived else 1
        late = 0 if arrived else 24 * 3600  # what never arrives is later every minute
        _publish(account, there, "ReplicationLatency", late, "Seconds", dimensions)
        _publish(account, there, "OperationsPendingReplication", waiting, "Count", dimensions)
        _publish(account, there, "BytesPendingReplication", waiting * obj.get("size", 0), "Bytes", dimensions)
    if not arrived:
        more = {
            "replicationRuleId": rule["ID"],
            "destinationBucket": rule["Destination"]["Bucket"],
            "s3Operation": "OBJECT_PUT",
            "requestTime": now_iso(),
            "failureReason": "DstPutObjectNotPermitted",
        }
        s3._fire_s3_event_async(
            source,
            key,
            "s3:Replication:OperationFailedReplication",
            size=obj.get("size", 0),
            etag=obj.get("etag", ""),
            version_id=obj.get("version_id"),
            record_extra={"replicationEventData": more},
        )


def _publish(account, region, name, value, unit, dimensions):
    with request_scope(account, region):
        cloudwatch.record_metric("AWS/S3", name, value, unit, dimensions)
        cloudwatch._evaluate_all_alarms()


def _evaluate(alarm):
    """A threshold on one metric; expressions stay as they are."""
    if not alarm.get("MetricName"):
        return
    count = int(alarm.get("EvaluationPeriods") or 1)
    values = [_value(alarm, periods_ago) for periods_ago in range(count)]
    state = state_of(
        values,
        int(alarm.get("DatapointsToAlarm") or count),
        lambda value: _BREACHES[alarm["ComparisonOperator"]](value, float(alarm["Threshold"])),
        alarm.get("TreatMissingData") or "missing",
        alarm["StateValue"],
    )
    if state != alarm["StateValue"]:
        _change(alarm, state, f"the last {count} values of {alarm['MetricName']} are {values}")


def _value(alarm, periods_ago):
    wanted = {it["Name"]: it["Value"] for it in alarm.get("Dimensions") or []}
    period = max(int(alarm.get("Period") or 60) * _SCALE, _FASTEST)
    end = time.time() - period * periods_ago
    inside = [
        point
        for (namespace, name, _), points in cloudwatch._metrics.items()
        if (namespace, name) == (alarm["Namespace"], alarm["MetricName"])
        for point in points
        if point["Dimensions"] == wanted and end - period < point["Timestamp"] <= end
    ]
    if not inside:
        return None
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    return cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside)


def state_of(values, needed, breaches, missing, before):
    """What CloudWatch makes of the newest values, None where there is none."""
    known = [value for value in values if value is not None]
    bad = sum(1 for value in known if breaches(value))
    gaps = len(values) - len(known)
    if missing == "breaching":
        return "ALARM" if bad + gaps >= needed else "OK"
    if missing == "notBreaching":
        return "ALARM" if bad >= needed else "OK"
    if not known:
        return before if missing == "ignore" else "INSUFFICIENT_DATA"
    if bad >= needed:
        return "ALARM"
    return before if missing == "ignore" and bad + gaps >= needed and bad > 0 else "OK"


def _change(alarm, state, reason):
    before = alarm["StateValue"]
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    detail = {
        "alarmName": alarm["AlarmName"],
        "state": {"value": state, "reason": reason},
        "previousState": {"value": before},
    }
    eventbridge._dispatch_event(
        {
            "EventId": new_uuid(),
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "EventBusName": "default",
            "Time": now_iso(),
            "Resources": [alarm["AlarmArn"]],
            "Account": get_account_id(),
            "Region": get_region(),
            "Detail": json.dumps(detail),
        }
    )


def _to_other_region(spec, event, rule):
    """To the default bus of another region, if the role of the target may; the event keeps its region."""
    arn = f"arn:aws:events:{spec.region}:{spec.account_id}:{spec.resource}"
    key = eventbridge._rule_key(rule.get("Name"), rule.get("EventBusName", "default"))
    roles = [it.get("RoleArn") for it in eventbridge._targets.get(key, []) if it["Arn"] == arn]
    if roles and roles[0] and Caller(roles[0], "events.amazonaws.com").may("events:PutEvents", arn):
        with request_scope(spec.account_id, spec.region):
            eventbridge._dispatch_event({**event, "EventBusName": spec.resource.split("/", 1)[1]})
