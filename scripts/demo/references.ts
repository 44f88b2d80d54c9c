import { Resource, SynthesizedStack } from './assembly';

/** A resource of one of the app's stacks. */
export interface Located {
  readonly stack: SynthesizedStack;
  readonly logicalId: string;
  readonly resource: Resource;
}

/**
 * Finds what a template's value refers to: a resource of the same stack, one of another stack (by way of its output),
 * or something that exists outside of the app, given as text.
 *
 * Throws when the reference leads nowhere: CloudFormation would fail there as well, but only when it is deployed.
 */
export function follow(stacks: SynthesizedStack[], from: SynthesizedStack, value: unknown): Located | string {
  if (typeof value === 'string') return value;
  const lost = (why: string) => new Error(`stack ${from.name} refers to ${JSON.stringify(value)}: ${why}`);
  const [[intrinsic, argument] = ['', undefined], ...more] = Object.entries((value ?? {}) as Record<string, any>);
  if (more.length > 0) throw lost('not an intrinsic function');

  switch (intrinsic) {
    case 'Ref':
    case 'Fn::GetAtt': {
      const logicalId = Array.isArray(argument) ? argument[0] : String(argument).split('.')[0];
      const resource = from.template.Resources[logicalId];
      if (!resource) throw lost('the template has no such resource');
      return { stack: from, logicalId, resource };
    }
    case 'Fn::GetStackOutput': {
      const region = argument.Region ?? from.region;
      // without a role to read the output with, CloudFormation looks in the account of the stack that refers to it
      const account = argument.RoleArn ? String(follow(stacks, from, argument.RoleArn)).split(':')[4] : from.account;
      const producer = stacks.find(
        (it) => it.name === argument.StackName && it.region === region && it.account === account,
      );
      if (!producer) throw lost(`the app has no such stack in ${region} of account ${account}`);
      const output = producer.template.Outputs?.[argument.OutputName];
      if (!output) throw lost(`stack ${producer.name} has no such output`);
      return follow(stacks, producer, output.Value);
    }
    case 'Fn::ImportValue': {
      for (const producer of stacks) {
        const output = Object.values(producer.template.Outputs ?? {}).find(({ Export }) => Export?.Name === argument);
        if (output) return follow(stacks, producer, output.Value);
      }
      throw lost('no stack of the app exports it');
    }
    case 'Fn::Join':
      return argument[1]
        .map((part: unknown) => (typeof part === 'string' ? part : pseudoParameter(part, from, lost)))
        .join(argument[0]);
    default:
      throw lost('this form is not understood here');
  }
}

function pseudoParameter(part: unknown, { account, region }: SynthesizedStack, lost: (why: string) => Error): string {
  const values: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::AccountId': account, 'AWS::Region': region };
  const value = values[(part as { Ref?: string }).Ref ?? ''];
  if (value === undefined) throw lost(`${JSON.stringify(part)} is not known before it is deployed`);
  return value;
}
