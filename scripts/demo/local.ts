import { Arrival, deployExample } from '../../test/local-aws/arrivals';
import { LocalAws, startLocalAws } from '../../test/local-aws/server';
import { makePython, PythonEnvironment } from '../../test/python/environment';

/** What the demo has of Python: all of it, or the reason why not. */
export type Python = { readonly environment: PythonEnvironment } | { readonly missing: string };

/** Finds or makes the Python environment; a machine without Python still sees the rest of the demo. */
export function preparePython(tell: (progress: string) => void): Python {
  try {
    return { environment: makePython(tell) };
  } catch (error) {
    const why = (error as Error).message.split('\n').slice(-1)[0];
    return { missing: `the local AWS and cfn-lint, which need Python: ${why}` };
  }
}

/** Deploys examples to one local AWS, two at a time, which is started when it is needed first. */
export class Deployments {
  private server?: Promise<LocalAws>;
  private readonly running: Array<Promise<unknown>> = [];

  constructor(private readonly tell: (progress: string) => void) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        console.log(`\n${signal}: stopping what was started`);
        void this.stop().finally(() => process.exit(130));
      });
    }
  }

  /** Begins at once, and gives what became of the objects in the end. */
  public begin(name: string, assemblyDirectory: string): Promise<Arrival[]> {
    this.server ??= startLocalAws({ patience: 2000 });
    const before = this.running.at(-2) ?? Promise.resolve();
    const arrivals = before
      .then(() => this.server!)
      .then((aws) => deployExample(aws, { name, assemblyDirectory, tell: this.tell }));
    this.running.push(arrivals.catch(() => {}));
    return arrivals;
  }

  public async stop(): Promise<void> {
    const server = await this.server?.catch(() => undefined);
    await server?.stop();
  }
}
