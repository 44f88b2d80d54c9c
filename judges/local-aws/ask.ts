import { request as plain } from 'node:http';
import { Agent, request as secure } from 'node:https';

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Which certificate to take. */
  readonly agent?: Agent;
}

/** Like `fetch()`, which takes no certificate but those that the process was started with. */
export function ask(url: string, { method = 'GET', headers, body, agent }: Asked = {}) {
  return new Promise<{ readonly status: number; readonly body: string }>((done, fail) => {
    const send = url.startsWith('https:') ? secure : plain;
    const sent = send(url, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => (text += data));
      response.once('end', () => done({ status: response.statusCode!, body: text })).once('error', fail);
    });
    sent.once('error', fail).end(body);
  });
}
