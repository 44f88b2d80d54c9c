// SPDX-License-Identifier: Apache-2.0
import {
  Aws,
  aws_iam as iam,
  aws_logs as logs,
  aws_scheduler as scheduler,
  aws_scheduler_targets as targets,
  aws_stepfunctions as sfn,
  Lazy,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { partitionOf } from '../app/environment';
import { LateDocument } from '../permissions/role';
import { Statement } from '../permissions/role-statements';

interface Machine {
  readonly comment: string;
  /** What the role is for: `to …`. */
  readonly purpose: string;
  /** Asked for when the template is made. */
  readonly definition: () => object;
  readonly statements: () => Statement[];
}

/** A state machine of ours: its role has its permissions in a policy that can be waited for. */
export interface MadeMachine {
  readonly stateMachine: sfn.StateMachine;
  readonly policy: iam.CfnPolicy;
  readonly log: logs.CfnLogGroup;
}

export function makeMachine(at: Construct, { comment, purpose, definition, statements }: Machine): MadeMachine {
  const stack = Stack.of(at);
  const log = new logs.LogGroup(at, 'Log', {
    retention: logs.RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const stateMachine = new sfn.StateMachine(at, 'StateMachine', {
    definitionBody: sfn.DefinitionBody.fromString(stack.toJsonString(Lazy.any({ produce: definition }))),
    comment,
    role: machineRole(at, purpose),
    logs: { destination: log, level: sfn.LogLevel.ALL, includeExecutionData: true },
    tracingEnabled: true,
  });
  const policy: iam.CfnPolicy = new iam.CfnPolicy(at, 'Policy', {
    policyName: Lazy.string({ produce: () => stack.resolve(policy.logicalId).slice(-128) }),
    policyDocument: new LateDocument(statements),
    roles: [stateMachine.role.roleName],
  });
  return { stateMachine, policy, log: log.node.defaultChild as logs.CfnLogGroup };
}

/** Assumed for state machines of this account and region only, also with versions of core that do not say so. */
function machineRole(at: Construct, purpose: string): iam.IRole {
  const { account, region } = Stack.of(at);
  const machines = `arn:${partitionOf(region) ?? Aws.PARTITION}:states:${region}:${account}:stateMachine:*`;
  const conditions = {
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': machines },
  };
  return new iam.Role(at, 'Role', {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com', { conditions }),
    description: `Assumed by AWS Step Functions to ${purpose}`,
  });
}

interface Scheduled {
  readonly schedule: scheduler.ScheduleExpression;
  readonly what: string;
  readonly input?: scheduler.ScheduleTargetInput;
}

/** Starts it with a role of its own, and not the one that core makes for all schedules of a state machine in the stack. */
export function startOn(
  at: Construct,
  stateMachine: sfn.IStateMachine,
  { schedule, what, input }: Scheduled,
): scheduler.Schedule {
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(at).account } };
  const role = new iam.Role(at, 'SchedulerRole', {
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions }),
    description: `Assumed by EventBridge Scheduler to start ${what}`,
  });
  return new scheduler.Schedule(at, 'Schedule', {
    schedule,
    target: new targets.StepFunctionsStartExecution(stateMachine, { role, input }),
    description: `Starts ${what}`,
  });
}
