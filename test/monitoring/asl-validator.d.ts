declare module 'asl-validator' {
  interface Problem {
    readonly Message?: string;
    readonly 'Error code': string;
  }
  export default function validate(definition: object): { isValid: boolean; errors: Problem[] };
}
