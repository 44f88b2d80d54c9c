/** What a tool has to say about a template, in the form that the demo shows. */
export interface Finding {
  /** The tool. */
  readonly check: string;
  readonly rule: string;
  readonly message: string;
  /** `<template> <logical id>`, or only the template when it is about what is missing there. */
  readonly where: string[];
}
