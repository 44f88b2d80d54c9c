/** What a judge has to say about an app, in the form that the demo shows. */
export interface Finding {
  /** The judge. */
  readonly check: string;
  readonly rule: string;
  readonly message: string;
  /** Construct paths, or `<template> <logical id>`, or only the template when it is about what is missing there. */
  readonly where: string[];
}
