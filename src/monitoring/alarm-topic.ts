// SPDX-License-Identifier: Apache-2.0
import {
  Aws,
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_events as events,
  aws_events_targets as targets,
  aws_iam as iam,
  aws_sns as sns,
  CfnResource,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { compare, partitionOf, shown } from '../app/environment';
import { toldTarget } from '../app/told-target';
import { acknowledgeForwarding } from '../checks/nag';
import { encryptedTarget } from '../checks/targets';
import { readTarget } from '../flows/read-notifications';
import { mistake } from '../messages/mistake';
import { report } from '../messages/report';
import { TELL } from '../permissions/actions';

const [CLOUDWATCH, EVENTBRIDGE] = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];

/** An alarm of another region, named as text: nothing may depend on the stack that it is in. */
export interface DistantAlarm {
  readonly alarm: cloudwatch.Alarm;
  readonly alarmName: string;
  readonly region: string;
}

/** The alarm by its ARN as text. */
export function seenFrom(at: Construct, { alarm, alarmName, region }: DistantAlarm): cloudwatch.IAlarm {
  return cloudwatch.Alarm.fromAlarmArn(at, `Seen${alarm.node.id}`, distantArn(Stack.of(at), region, alarmName));
}

const distantArn = ({ account }: Stack, region: string, alarmName: string) =>
  `arn:${partitionOf(region) ?? Aws.PARTITION}:cloudwatch:${region}:${account}:alarm:${alarmName}`;

/**
 * A topic that is told of alarms. One of CloudWatch takes topics of its own region only, so those of other regions come
 * as events: a rule there sends them to the event bus here, and a rule here to the topic.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export class AlarmTopic {
  private readonly services = new Set<string>();

  constructor(
    private readonly at: Construct,
    private readonly topic: sns.ITopic,
  ) {
    this.check();
    at.node.addValidation({ validate: () => this.validate() });
  }

  public tellOf(alarm: cloudwatch.Alarm): void {
    this.letIn();
    const action = new actions.SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }

  public tellOfDistant({ alarm, alarmName, region }: DistantAlarm): void {
    this.services.add(EVENTBRIDGE);
    const { at } = this;
    const stack = Stack.of(at);
    const there = Stack.of(alarm);
    const partition = partitionOf(region) ?? Aws.PARTITION;
    const pattern = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
    const id = `AlarmsOf${region}`;
    const sends =
      (there.node.tryFindChild('SendAlarms') as events.Rule | undefined) ??
      new events.Rule(there, 'SendAlarms', {
        description: `Sends alarms on replication to ${stack.region}`,
        targets: [
          new targets.EventBus(
            events.EventBus.fromEventBusArn(
              there,
              'Home',
              `arn:${partition}:events:${stack.region}:${stack.account}:event-bus/default`,
            ),
          ),
        ],
      });
    sends.addEventPattern({ ...pattern, resources: [alarm.alarmArn] });
    const field = (path: string) => events.EventField.fromPath(path);
    const tells =
      (at.node.tryFindChild(id) as events.Rule | undefined) ??
      new events.Rule(at, id, {
        description: `Tells of alarms on replication in ${region}`,
        targets: [
          new targets.SnsTopic(this.topic, {
            message: events.RuleTargetInput.fromText(
              `${field('$.detail.state.value')}: ${field('$.detail.alarmName')} in ${field('$.region')}. ${field('$.detail.state.reason')}`,
            ),
          }),
        ],
      });
    tells.addEventPattern({
      ...pattern,
      resources: [distantArn(stack, region, alarmName)],
    });
    const sender = sends.node.tryFindChild('EventsRole')?.node.tryFindChild('DefaultPolicy');
    const [own, ...rules] = [alarm, sends, tells].map(({ node }) => node.defaultChild as CfnResource);
    acknowledgeForwarding(own, rules, sender?.node.defaultChild as CfnResource | undefined);
  }

  /** A topic with a policy of its own has none any more that lets its account in. */
  private letIn(): void {
    if (!this.services.has(CLOUDWATCH)) {
      this.services.add(CLOUDWATCH);
      this.topic.addToResourcePolicy(
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal(CLOUDWATCH)],
          actions: [...TELL.topic],
          resources: [this.topic.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this.at).account } },
        }),
      );
    }
  }

  private check(): void {
    const { at, topic } = this;
    const { region, fifo } = toldTarget(topic.topicArn);
    if (topic.fifo || fifo) {
      throw mistake(at, {
        saw: `alarmTopic '${topic.node.path}', which is FIFO`,
        because: 'alarms of CloudWatch go to standard topics',
        instead: 'give a standard topic',
      });
    }
    const here = Stack.of(at).region;
    if (region !== undefined && compare(region, here) === 'different') {
      throw mistake(at, {
        saw: `alarmTopic '${topic.node.path}' in region ${shown(region)}, the alarms in ${shown(here)}`,
        because: 'an alarm tells topics of its own region only',
        instead: 'give a topic of the region of the source; alarms of other regions are forwarded to it',
      });
    }
  }

  private validate(): string[] {
    const { resource } = toldTarget(this.topic.topicArn);
    const target = resource && readTarget(resource);
    return report(
      this.at,
      target && [...this.services].map((service) => encryptedTarget(target, service, 'alarms on replication')),
    );
  }
}
