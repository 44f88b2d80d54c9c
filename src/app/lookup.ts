// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a text is what a context look-up answers until the CLI has looked. An error about it would end the synthesis
 * that tells the CLI what to look up.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/get-context-var.html
 */
export const awaitsLookup = (text: string): boolean => text.includes('dummy-value-for-');

/** Whether a text has a form, as far as it is known yet. */
export const hasForm = (form: RegExp, text: string): boolean => awaitsLookup(text) || form.test(text);
