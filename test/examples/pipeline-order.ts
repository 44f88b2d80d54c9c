import { isPipeline } from './deployment';
import { StackOfApp } from '../../judges/assembly/stacks';

/** When a pipeline acts on a stack: the index of the stage, and the number in it; equal ones are at the same time. */
type Turn = [stage: number, runOrder: number];

/** Stacks that a pipeline deploys before, or together with, one that they have to wait for: a sentence about each. */
export function tooEarlyInPipeline(stacks: StackOfApp[], deployed: StackOfApp[]): string[] {
  const pipelines = stacks.filter(isPipeline);
  if (pipelines.length !== 1) throw new Error(`there are ${pipelines.length} pipelines`);
  return deployed.flatMap((stack) => {
    const first = turnsOf(pipelines[0], stack)[0];
    return stack.after
      .map((id) => deployed.find((it) => it.id === id)!)
      .filter((it) => compare(turnsOf(pipelines[0], it).at(-1)!, first) >= 0)
      .map(({ id }) => `the pipeline does not wait for ${id} before it begins with ${stack.id}`);
  });
}

function turnsOf(pipeline: StackOfApp, { id, name, account, region }: StackOfApp): Turn[] {
  const { Stages } = Object.values(pipeline.template.Resources).find(
    ({ Type }) => Type === 'AWS::CodePipeline::Pipeline',
  )!.Properties!;
  const turns = (Stages as any[]).flatMap(({ Actions }, stage) =>
    (Actions as any[])
      .filter(
        ({ Configuration, RoleArn, Region = pipeline.region }) =>
          Configuration?.StackName === name && Region === region && JSON.stringify(RoleArn).includes(`::${account}:`),
      )
      .map(({ RunOrder }): Turn => [stage, RunOrder ?? 1]),
  );
  if (turns.length === 0) throw new Error(`the pipeline does not deploy ${id}`);
  return turns.sort(compare);
}

const compare = (one: Turn, other: Turn) => one[0] - other[0] || one[1] - other[1];
