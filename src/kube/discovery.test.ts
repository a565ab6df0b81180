import { expect } from 'chai';
import { discover } from './discovery.ts';
import { ApiError, MalformedAnswerError, UnreachableError } from './errors.ts';

const GROUP = 'config.example.com';
const ask = (answer: Promise<unknown>, paths: string[] = []): Promise<unknown> => {
  const list = (path: string): Promise<unknown> => {
    paths.push(path);
    return answer;
  };
  return discover({ list }, GROUP, new AbortController().signal).catch((error: unknown) => error);
};
const named = (version: string): unknown => ({ groupVersion: `${GROUP}/${version}`, version });

describe('discover', () => {
  it('answers the preferred version first and each of the others once, in their order', async () => {
    const group = {
      preferredVersion: named('v1'),
      versions: [named('v2beta1'), named('v1'), named('v1beta1')],
    };
    const paths: string[] = [];
    expect(await ask(Promise.resolve(group), paths)).to.deep.equal(['v1', 'v2beta1', 'v1beta1']);
    expect(paths).to.deep.equal([`/apis/${GROUP}`]);
  });

  it('answers no version when the server does not know the group', async () => {
    const unknown = new ApiError({ code: 404, reason: 'HTTP 404', message: '404 page not found' });
    expect(await ask(Promise.reject(unknown))).to.deep.equal([]);
  });

  const FAILURES = {
    'a refusal': new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }),
    'an error of the server': new ApiError({ code: 503, reason: 'ServiceUnavailable', message: 'starting' }),
    'a network that fails': new UnreachableError('https://10.0.0.1', undefined),
  };
  for (const [what, error] of Object.entries(FAILURES)) {
    it(`passes on ${what}`, async () => {
      expect(await ask(Promise.reject(error))).to.equal(error);
    });
  }

  const MALFORMED = {
    'is nothing': null,
    'is a text': 'ok',
    'is a list': [],
    'has no preferred version': { versions: [named('v1')] },
    'has no versions': { preferredVersion: named('v1') },
    'has a version without a name': { preferredVersion: named('v1'), versions: [{}] },
    'has a version that is a number': { preferredVersion: { version: 1 }, versions: [] },
    'has a version that leads to another path': { preferredVersion: named('../api/v1'), versions: [] },
  };
  for (const [what, answer] of Object.entries(MALFORMED)) {
    it(`takes a group that ${what} for a malformed answer`, async () => {
      const error = await ask(Promise.resolve(answer));
      expect(error).to.be.instanceOf(MalformedAnswerError);
      expect(error).to.have.property('message').that.contains(GROUP);
    });
  }
});
