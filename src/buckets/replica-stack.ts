// SPDX-License-Identifier: Apache-2.0
import { DefaultStackSynthesizer, IStackSynthesizer, Stack, StackProps, Stage, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { PAIR } from './replicated-bucket';
import { REGION, knownText, partitionOf, shown } from '../app/environment';
import { hashOf } from '../app/hash';
import { hasForm } from '../app/lookup';
import { deployedStack } from '../app/stacks';
import { mistake } from '../messages/mistake';

/** Tells a stack that was made here, also by another copy of this library, from one of the user's. */
const MADE = Symbol.for('cdk-s3-replication.stack');

/** CloudFormation's limit for the name of a stack, in characters. */
const MAX_STACK_NAME = 128;

/**
 * The stack for replicas of one source stack in one region; made when there is none.
 *
 * It is a child of the source's stack, so that tags, aspects, context and the permissions boundary of that stack apply.
 * Its id and name must never change: CloudFormation would make a new stack and leave the old replicas behind.
 */
export function replicaStack(at: IConstruct, sourceStack: Stack, region: string, words = PAIR): Stack {
  const parent = deployedStack(sourceStack);
  checkRegion(at, parent, region, words.destinationRegion);
  // with both regions, because one app is often deployed to several: their replicas must not meet in one stack
  const suffix = `-${parent.region}-replica-${region}`;
  const instead =
    'define a stack in the other region with the synthesizer that it needs, ' +
    `and give it as ${words.destinationStack}`;
  return stackBeside(at, parent, {
    region,
    id: `ReplicaStack-${region}`,
    suffix,
    what: 'Replicas of the buckets',
    instead,
  });
}

/**
 * The stack for what writes the rules of a bucket that is deployed before the bucket of another account which these
 * rules name; made when there is none.
 */
export function twoWayStack(at: IConstruct, bucketStack: Stack): Stack {
  const parent = deployedStack(bucketStack);
  const { region } = parent;
  return stackBeside(at, parent, {
    region,
    id: `TwoWayStack-${region}`,
    suffix: `-two-way-${region}`,
    what: 'Replication to another account and back, of the buckets',
    instead: 'let that stack have the default synthesizer of the app, with its options',
  });
}

/** The stack for alarms on what a source stack replicates to one other region; made when there is none. */
export function monitoringStack(at: IConstruct, sourceStack: Stack, region: string): Stack {
  const parent = deployedStack(sourceStack);
  return stackBeside(at, parent, {
    region,
    id: `MonitoringStack-${region}`,
    suffix: `-${parent.region}-monitoring-${region}`,
    what: 'Alarms on the replication',
    instead: 'let that stack have the default synthesizer of the app, or set latencyAlarms: false',
  });
}

interface Beside {
  readonly region: string;
  readonly id: string;
  /** Of the name. */
  readonly suffix: string;
  /** Its description, until the name of the stack beside which it is. */
  readonly what: string;
  /** What to do where its synthesizer cannot be made. */
  readonly instead: string;
}

function stackBeside(at: IConstruct, parent: Stack, { region, id, suffix, what, instead }: Beside): Stack {
  const found = parent.node.tryFindChild(id);
  if (found) {
    return found as Stack;
  }
  const props: StackProps = {
    env: { region, account: knownText(parent.account) },
    stackName: stackName(parent.stackName, suffix.replace(/\//g, '')), // of a look-up
    description: `${what} of stack ${parent.stackName}`,
    tags: parent.tags.tagValues(),
  };
  const usual = new ReplicaStack(parent, id, props);
  if (deploysLike(usual, parent)) {
    return usual;
  }
  parent.node.tryRemoveChild(id);
  return new ReplicaStack(parent, id, { ...props, synthesizer: synthesizerLike(at, parent, instead) });
}

/**
 * Where in the destination's stack the pair's bucket goes: at the same path as the pair, so that its logical id depends
 * on nothing else. In the stack that is made for the source's stack the path begins below that stack, elsewhere below
 * the Stage.
 */
export function mirrorScope(pair: Construct, sourceStack: Stack, destinationStack: Stack): Construct {
  const own = Stack.of(pair);
  if (destinationStack === own) {
    return pair;
  }
  const start =
    MADE in destinationStack && deployedStack(own) === deployedStack(sourceStack) ? deployedStack(own) : Stage.of(pair);
  const path = pair.node.scopes.slice(start ? start.node.scopes.length : 1);
  return path.reduce<Construct>(
    (scope, { node }) => (scope.node.tryFindChild(node.id) as Construct | undefined) ?? new Construct(scope, node.id),
    destinationStack,
  );
}

class ReplicaStack extends Stack {
  private ownProtection?: boolean;

  constructor(
    private readonly parent: Stack,
    id: string,
    props: StackProps,
  ) {
    super(parent, id, props);
    Object.defineProperty(this, MADE, { value: true });
  }

  /** As the source's stack has it when it is synthesized. */
  public get terminationProtection(): boolean {
    return this.ownProtection ?? this.parent.terminationProtection ?? false;
  }

  public set terminationProtection(value: boolean) {
    this.ownProtection = value;
  }
}

function stackName(name: string, suffix: string): string {
  if (name.length + suffix.length <= MAX_STACK_NAME) {
    return name + suffix;
  }
  return `${name.slice(0, MAX_STACK_NAME - suffix.length - 9)}-${hashOf(name, 8)}${suffix}`;
}

function checkRegion(at: IConstruct, source: Stack, region: string, prop: string): void {
  if (Token.isUnresolved(region) || !hasForm(REGION, region)) {
    throw mistake(at, {
      saw: `${prop} ${shown(region)}`,
      because: Token.isUnresolved(region)
        ? 'a stack is deployed to a region that is known at synthesis'
        : 'no region has such a code',
      instead: "write the code of a region, such as 'eu-west-1'",
    });
  }
  if (Token.isUnresolved(source.region)) {
    throw mistake(at, {
      saw: `${prop} '${region}' with a source stack '${source.node.path}' of unknown region`,
      because: 'a reference from one region to another needs both regions at synthesis',
      instead: "set env.region on the stack, for example env: { region: 'us-east-1' }; the account may stay open",
    });
  }
  if (source.region === region) {
    throw mistake(at, {
      saw: `${prop} '${region}', which is the region of the source`,
      because: 'the replica would be in the stack of another region that is the same region',
      instead: `omit ${prop} to replicate within the region (SRR)`,
    });
  }
  const partitions = [partitionOf(source.region), partitionOf(region)];
  if (partitions[0] && partitions[1] && partitions[0] !== partitions[1]) {
    throw mistake(at, {
      saw: `${prop} '${region}' (partition ${partitions[1]}), source in '${source.region}' (partition ${partitions[0]})`,
      because: 'S3 does not replicate across partitions',
      instead: 'choose a region of the same partition',
    });
  }
}

/** Whether the synthesizer that a stack gets when it is given none does what the source's stack has. */
function deploysLike(stack: Stack, parent: Stack): boolean {
  const [made, wanted] = [stack.synthesizer, parent.synthesizer];
  // a stack has a copy of the app's default synthesizer, made with Object.create
  const sameOrigin = Object.getPrototypeOf(made) === Object.getPrototypeOf(wanted);
  const bothPlain = made.constructor === wanted.constructor && !hasOptions(made) && !hasOptions(wanted);
  return (sameOrigin || bothPlain) && made.bootstrapQualifier === wanted.bootstrapQualifier;
}

/** The synthesizer of a stack serves that stack only, so one of the parent's own can only be made again. */
function synthesizerLike(at: IConstruct, parent: Stack, instead: string): IStackSynthesizer {
  const own = parent.synthesizer;
  if (own.constructor.name === 'DefaultStackSynthesizer' && !hasOptions(own)) {
    return new DefaultStackSynthesizer({ qualifier: own.bootstrapQualifier });
  }
  throw mistake(at, {
    saw: `stack '${parent.node.path}' with a synthesizer of its own (${own.constructor.name}${hasOptions(own) ? ' with options' : ''})`,
    because: 'the stack beside it needs one for its region, which cannot be derived from it',
    instead,
  });
}

/** Options other than the qualifier, which core keeps in a private field; there is no other way to know of them. */
function hasOptions(synthesizer: IStackSynthesizer): boolean {
  const { props } = synthesizer as IStackSynthesizer & { props?: object };
  return Object.entries(props ?? {}).some(([option, value]) => option !== 'qualifier' && value !== undefined);
}
