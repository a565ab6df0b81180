import { expect } from 'chai';
import { listenAddress } from './listen-address.ts';
import { UsageError } from './usage-error.ts';

describe('listen address', () => {
  const read: Readonly<Record<string, { host: string | undefined; port: number }>> = {
    ':8080': { host: undefined, port: 8080 },
    '127.0.0.1:9000': { host: '127.0.0.1', port: 9000 },
    'localhost:0': { host: 'localhost', port: 0 },
    '[::1]:8080': { host: '::1', port: 8080 },
    '[::ffff:10.0.0.1]:65535': { host: '::ffff:10.0.0.1', port: 65535 },
  };
  for (const [text, address] of Object.entries(read)) {
    it(`reads ${text}`, () => {
      expect(listenAddress(text)).to.deep.equal(address);
    });
  }

  const refused = [
    '',
    ':',
    '8080',
    ':65536',
    ':99999',
    ':-1',
    ':80a',
    '::1:8080',
    '[]:80',
    '[::1]',
    'a:b:80',
    ':80\n',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => listenAddress(text)).to.throw(UsageError, 'is not an address such as :8080');
    });
  }
});
