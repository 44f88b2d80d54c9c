import { ACCOUNT } from './server';

/** S3 does not ask whether it exists. */
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/replication`;

/** A rule in XML; each part can be given anew, or left out. */
export function rule(parts: Record<string, string | undefined> = {}): string {
  const all: Record<string, string | undefined> = {
    ID: '<ID>one</ID>',
    Status: '<Status>Enabled</Status>',
    Priority: '<Priority>1</Priority>',
    Filter: '<Filter><Prefix></Prefix></Filter>',
    DeleteMarkerReplication: '<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>',
    Destination: to('copy'),
    ...parts,
  };
  return `<Rule>${Object.values(all).join('')}</Rule>`;
}
export const to = (bucket: string, more = '') =>
  `<Destination><Bucket>arn:aws:s3:::${bucket}</Bucket>${more}</Destination>`;
export const tag = (key: string) => `<Tag><Key>${key}</Key><Value>v</Value></Tag>`;
export const filter = (content: string) => ({ Filter: `<Filter>${content}</Filter>` });
export const deletes = {
  DeleteMarkerReplication: rule()
    .match(/<DeleteMarker.*<\/DeleteMarkerReplication>/)![0]
    .replace('Dis', 'En'),
};
export const second = (parts = {}) => rule({ ID: '<ID>two</ID>', Priority: '<Priority>2</Priority>', ...parts });
export const first = (prefix: string, parts = {}) =>
  rule({ Priority: undefined, DeleteMarkerReplication: undefined, Filter: `<Prefix>${prefix}</Prefix>`, ...parts });
export const configuration = (rules: string, role = `<Role>${ROLE}</Role>`) =>
  `<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${role}${rules}</ReplicationConfiguration>`;
