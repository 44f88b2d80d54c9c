// SPDX-License-Identifier: Apache-2.0
import {
  aws_cloudwatch as cloudwatch,
  aws_s3 as s3,
  aws_scheduler as scheduler,
  aws_sns as sns,
  Size,
  Token,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Run } from './batch-run';
import { ExistingObjectReplicationProps } from './existing-object-replication-props';
import { bucketEnd, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { locksByDefault } from '../app/object-lock';
import { toldTarget } from '../app/told-target';
import { DestinationAnchor } from '../flows/destination';
import { SourceAnchor } from '../flows/source';
import { Findings, error, warning } from '../messages/finding';
import { Mistake, mistake } from '../messages/mistake';
import { AddedRule } from '../rules/added-rule';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_JobManifestGeneratorFilter.html */
export function filterMistake(props: ExistingObjectReplicationProps): Mistake | undefined {
  const { statuses, createdAfter, createdBefore, largerThan, smallerThan } = props;
  if (createdAfter && createdBefore && createdBefore.getTime() <= createdAfter.getTime()) {
    return {
      saw: `createdBefore ${createdBefore.toISOString()}, createdAfter ${createdAfter.toISOString()}`,
      because: 'no object was written before the one and after the other',
      instead: 'give a later createdBefore, or leave one of them out',
    };
  }
  const bytes = (size?: Size) => (size && !size.isUnresolved() ? size.toBytes() : undefined);
  const [least, most] = [bytes(largerThan), bytes(smallerThan)];
  if (least !== undefined && most !== undefined && most <= least + 1) {
    return {
      saw: `largerThan ${least} bytes, smallerThan ${most} bytes`,
      because: 'no object is larger than the one and smaller than the other',
      instead: 'give a larger smallerThan, or leave one of them out',
    };
  }
  if (statuses?.length === 0) {
    return {
      saw: 'statuses []',
      because: 'a job without them replicates all objects of the bucket once more, and each is charged',
      instead: 'leave statuses out for objects that were there before the rules, or name those that you mean',
    };
  }
  const texts = [...(props.keyPrefixes ?? []), ...(props.keySuffixes ?? [])];
  const strange = texts.find((text) => text === '' || /^\{%[^]*%\}$/.test(text));
  return strange === undefined
    ? undefined
    : {
        saw: `${JSON.stringify(strange)} in keyPrefixes or keySuffixes`,
        because: strange === '' ? 'every key begins and ends so' : 'Step Functions would take it for an expression',
        instead: 'leave it out',
      };
}

export function repairMistake({ end, repair }: SourceAnchor, maxJobsPerDay: number): Mistake | undefined {
  if (Token.isUnresolved(maxJobsPerDay) || !Number.isInteger(maxJobsPerDay) || maxJobsPerDay < 1) {
    return {
      saw: `maxJobsPerDay ${Token.isUnresolved(maxJobsPerDay) ? 'unknown at synthesis' : maxJobsPerDay}`,
      because: 'jobs are counted in whole numbers, and without one nothing is repaired',
      instead: 'give a whole number of at least 1',
    };
  }
  return repair
    ? {
        saw: `a second repair of the source ${nameOf(end)}, which '${repair.node.path}' repairs`,
        because: 'both would count the same failures, and make twice as many jobs',
        instead: 'have one ReplicationRepair for a source: it repairs all of its rules',
      }
    : undefined;
}

/** Throws for a rule whose failures S3 does not count: it would never be repaired. */
export function checkCounted(at: IConstruct, { end }: SourceAnchor, rule: AddedRule): void {
  if (rule.options.metrics === false && rule.options.enabled !== false) {
    throw mistake(at, {
      saw: `metrics: false at the rule '${rule.id}' of the source ${nameOf(end)}`,
      because: 'S3 counts no failures of that rule, so none would ever be repaired',
      instead: 'set metrics: true on the rule',
    });
  }
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export function checkSchedule(at: IConstruct, { expressionString: text }: scheduler.ScheduleExpression): void {
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(text) ?? [];
  const [, minute] = /^cron\((\S+) /.exec(text) ?? [];
  const isFrequent = (minutes !== undefined && Number(minutes) < 60) || (minute !== undefined && !/^\d+$/.test(minute));
  if (!Token.isUnresolved(text) && isFrequent) {
    throw mistake(at, {
      saw: `schedule ${text}`,
      because:
        'failures are repaired in jobs that may take hours, and looking for them more often than hourly costs more than it repairs',
      instead: "give once an hour or less, such as ScheduleExpression.cron({ minute: '17' }), and alarms to be faster",
    });
  }
}

export function checkAlarms(at: IConstruct, { end }: SourceAnchor, alarms: readonly cloudwatch.IAlarm[]): void {
  for (const { alarmArn, env, node } of alarms) {
    const [, , , region, account] = Token.isUnresolved(alarmArn)
      ? ['', '', '', env.region, env.account]
      : alarmArn.split(':');
    if (compare(region, end.region) === 'different' || compare(account, end.account) === 'different') {
      throw mistake(at, {
        saw:
          `alarm '${node.path}' of account ${shown(account)}, region ${shown(region)}; ` +
          `source ${nameOf(end)} in ${shown(end.account)}, ${shown(end.region)}`,
        because: 'EventBridge tells of alarms in their own account and region',
        instead: 'give alarms on failures, which are in the region of the source',
      });
    }
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html */
export function checkReportBucket(at: IConstruct, source: SourceAnchor, reportBucket?: s3.IBucketRef): void {
  if (reportBucket === undefined) {
    return;
  }
  const reports = bucketEnd(reportBucket);
  const refuse = (saw: string, because: string) =>
    mistake(at, {
      saw,
      because,
      instead: 'give another bucket of that region, or leave reportBucket out to have one made',
    });
  const { end } = source;
  if (reports.cfn ? reports.cfn === end.cfn : reports.ref.bucketRef.bucketName === end.ref.bucketRef.bucketName) {
    throw refuse(`reportBucket ${nameOf(reports)}, which is the source`, 'reports would be replicated, too');
  }
  if (source.rules.some(({ destination }) => destination.cfn !== undefined && destination.cfn === reports.cfn)) {
    throw refuse(
      `reportBucket ${nameOf(reports)}, to which a rule replicates`,
      'reports are no replicas, and would be taken for some',
    );
  }
  if (compare(reports.region, end.region) === 'different') {
    throw refuse(
      `reportBucket ${nameOf(reports)} in region ${shown(reports.region)}, the source ${nameOf(end)} in ${shown(end.region)}`,
      'S3 writes reports of a job in the region of the job, which is that of the source',
    );
  }
  if (reports.cfn && locksByDefault(reports.cfn)) {
    throw refuse(
      `reportBucket ${nameOf(reports)} with a default retention of Object Lock`,
      'S3 Batch Operations does not write reports into such a bucket',
    );
  }
}

/** Standard topics of the region of the source only. */
export function checkTopic(at: IConstruct, { end }: SourceAnchor, topic?: sns.ITopic): void {
  const { region, fifo } = topic ? toldTarget(topic.topicArn) : { region: undefined, fifo: false };
  if (topic && (fifo || topic.fifo)) {
    throw mistake(at, {
      saw: `topic '${topic.node.path}', which is FIFO`,
      because: 'messages to it need a group, which the state machine does not give',
      instead: 'give a standard topic',
    });
  }
  if (topic && region !== undefined && compare(region, end.region) === 'different') {
    throw mistake(at, {
      saw: `topic '${topic.node.path}' in region ${shown(region)}, the source ${nameOf(end)} in ${shown(end.region)}`,
      because: 'a state machine calls its own region only',
      instead: 'give a topic of the region of the source',
    });
  }
}

/** What is known when the template is made. */
export function batchFindings(source: SourceAnchor, { filter }: Pick<Run, 'filter'>): Findings {
  const enabled = source.rules.filter(({ options }) => options.enabled !== false);
  const statuses = filter.ObjectReplicationStatuses as string[];
  const receives = source.end.cfn && DestinationAnchor.find(source.end.cfn);
  return [
    enabled.length === 0 &&
      error('nothingToReplicate', {
        saw: `${source.rules.length === 0 ? 'no rule' : 'disabled rules only'} for the source ${nameOf(source.end)}`,
        because: 'a job applies the enabled rules of the bucket, and would find no object',
        instead: 'add a rule, or enable one',
      }),
    statuses.includes('REPLICA') &&
      receives !== undefined &&
      warning(
        'replicasOfReplicas',
        `Replicas in ${nameOf(source.end)} are replicated, and the bucket receives replicas: objects that came from ` +
          'a destination of its rules are sent back there. ' +
          'Leave ExistingObjectStatus.REPLICA out, or acknowledge this if they go somewhere else',
      ),
  ];
}
