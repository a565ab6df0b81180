import { expect } from 'chai';
import fc from 'fast-check';
import { describeError } from './describe-error.ts';
import { apiErrorFromAnswer, classify, UnreachableError } from './errors.ts';

const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });
const SERVER = 'https://10.0.0.1:6443';
const forbidden = JSON.stringify({
  kind: 'Status',
  code: 403,
  reason: 'Forbidden',
  message: 'pods is forbidden: User "eve" cannot list',
  details: { causes: [{ reason: 'NamespaceTerminating' }], retryAfterSeconds: 3 },
});

describe('errors', () => {
  const cases: readonly [sentence: string, error: unknown, kind: string, line: string][] = [
    [
      'a refused connection',
      new UnreachableError(SERVER, coded('ECONNREFUSED')),
      'unreachable',
      `connection refused by ${SERVER}`,
    ],
    [
      'a connection that somebody else was refused',
      new TypeError('fetch failed', {
        cause: Object.assign(coded('ECONNREFUSED'), { address: '10.0.0.1', port: 6443 }),
      }),
      'unreachable',
      'connection refused by 10.0.0.1:6443',
    ],
    [
      'a name that does not resolve',
      new UnreachableError(SERVER, coded('ENOTFOUND', 'getaddrinfo ENOTFOUND x')),
      'unreachable',
      `the name of ${SERVER} cannot be resolved (getaddrinfo ENOTFOUND x)`,
    ],
    [
      'an untrusted certificate',
      new UnreachableError(SERVER, coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate')),
      'unreachable',
      `the certificate of ${SERVER} is not trusted: self-signed certificate`,
    ],
    [
      'a silent server',
      new UnreachableError(SERVER, coded('UND_ERR_HEADERS_TIMEOUT')),
      'unreachable',
      `${SERVER} did not answer in time`,
    ],
    [
      'a cut connection',
      new UnreachableError(SERVER, coded('ECONNRESET')),
      'unreachable',
      `the connection to ${SERVER} was cut`,
    ],
    [
      'a refusal, whose body is text',
      apiErrorFromAnswer(403, forbidden),
      'forbidden',
      'forbidden: pods is forbidden: User "eve" cannot list',
    ],
    [
      'an answer that only repeats its reason',
      apiErrorFromAnswer(401, { reason: 'Unauthorized', message: 'Unauthorized' }),
      'unauthorized',
      'unauthorized',
    ],
    [
      'a page of a proxy',
      apiErrorFromAnswer(502, '<html>\n bad gateway </html>'),
      'server',
      'http 502: <html> bad gateway </html>',
    ],
    ['an expired version', apiErrorFromAnswer(410, { reason: 'Expired' }), 'gone', 'expired'],
    ['a missing object', apiErrorFromAnswer(404, ''), 'notFound', 'http 404'],
    ['a lost race', apiErrorFromAnswer(409, ''), 'conflict', 'http 409'],
    ['a server that is too busy', apiErrorFromAnswer(429, ''), 'throttled', 'http 429'],
    ['a missing file', coded('ENOENT', 'no such file: ca.crt'), 'other', 'no such file: ca.crt'],
    ['something thrown that is no error', 'boo', 'other', 'unexpected error: boo'],
  ];
  for (const [sentence, error, kind, line] of cases) {
    it(`explains ${sentence}`, () => {
      expect(classify(error)).to.equal(kind);
      expect(describeError(error)).to.equal(line);
    });
  }

  it('reads the wait from the header first and from the status second', () => {
    expect(apiErrorFromAnswer(429, forbidden, '9').retryAfterSeconds).to.equal(9);
    expect(apiErrorFromAnswer(429, forbidden).retryAfterSeconds).to.equal(3);
    expect(apiErrorFromAnswer(429, '', 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterSeconds).to.equal(
      undefined,
    );
  });

  it('keeps the causes of the refusal', () => {
    const { reason, causes } = apiErrorFromAnswer(403, forbidden);
    expect(reason).to.equal('Forbidden');
    expect(causes).to.deep.equal([{ reason: 'NamespaceTerminating', field: '' }]);
  });

  it('survives causes that form a ring', () => {
    const ring = new Error('round and round');
    ring.cause = ring;
    expect(describeError(ring)).to.equal('round and round');
  });

  it('always says one line that is not empty and not endless', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' }).map(Error)), (thrown) => {
        const line = describeError(thrown);
        expect(line).to.match(/^\S.*$|^\S$/);
        expect(line.length).to.be.at.most(1000);
      }),
    );
  });
});
