// SPDX-License-Identifier: Apache-2.0
import { asList, asRecord, isIntrinsic } from './intrinsics';
import { actionFit } from './match';
import { statementsIn } from './statements';

/**
 * Which actions a permissions boundary takes away: no Allow can match them, or a Deny of everything hits them.
 * Resources and conditions of an Allow are given the benefit of the doubt; a document that cannot be read takes away
 * nothing.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function missingFromBoundary(boundaryDocument: unknown, actions: readonly string[]): string[] {
  const statements = statementsIn(boundaryDocument);
  if (statements.length === 0) {
    return [];
  }
  const allowed = (action: string) =>
    statements.some(({ body }) => {
      return isIntrinsic(body)
        ? body.Ref !== 'AWS::NoValue'
        : body.Effect === 'Allow' && actionFit(body, action) !== 'none';
    });
  const denies = (action: string) =>
    statements.some(
      ({ body, conditional }) =>
        !conditional &&
        body.Effect === 'Deny' &&
        Object.keys(asRecord(body.Condition) ?? {}).length === 0 &&
        asList(body.Resource).includes('*') &&
        actionFit(body, action) === 'all',
    );
  return actions.filter((action) => !allowed(action) || denies(action));
}

/**
 * Whether a statement names everybody, an account, or the role; a document that cannot be read gets the benefit of the
 * doubt.
 */
export function mayAllow(document: unknown, action: string, role: unknown, foreign: string | undefined): boolean {
  const statements = statementsIn(document);
  return (
    statements.length === 0 ||
    statements.some(({ body }) => {
      const principal = JSON.stringify(body.Principal ?? '*');
      const ours = foreign
        ? principal.includes(foreign) || principal.includes('"*"')
        : /:root"|"\*"|"\d{12}"|"(Ref|Fn::If|Fn::ImportValue)":(?!"AWS::(Partition|URLSuffix|AccountId)")/.test(
            principal,
          ) ||
          (role !== undefined && principal.includes(JSON.stringify(role)));
      return body.Effect === 'Allow' && ours && actionFit(body, action) !== 'none';
    })
  );
}

/** Whether a role of this app can be assumed by S3; true where it cannot be told. */
export function trustsS3(trustPolicy: unknown): boolean {
  return statementsIn(trustPolicy).some(({ body }) => {
    const principal = asRecord(body.Principal);
    const services = asList(principal?.Service);
    return (
      isIntrinsic(body) ||
      (body.Effect === 'Allow' &&
        (body.Principal === '*' ||
          isIntrinsic(principal) ||
          body.NotPrincipal !== undefined ||
          services.some((service) => service === 's3.amazonaws.com' || typeof service !== 'string')))
    );
  });
}

/** Whether a statement names a service; a document that cannot be read gets the benefit of the doubt. */
export function allowsService(document: unknown, action: string, service: string): boolean {
  const named = (principal: unknown) => asList(asRecord(principal)?.Service ?? principal);
  return statementsIn(document).some(
    ({ body }) =>
      isIntrinsic(body) ||
      (body.Effect === 'Allow' &&
        actionFit(body, action) !== 'none' &&
        named(body.Principal).some((it) => it === service || it === '*' || isIntrinsic(it))),
  );
}
