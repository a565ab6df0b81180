import { expect } from 'chai';
import { filledIn } from './placeholders.ts';

const VALUES = { NAMESPACE: 'bookstore', POD: 'web', IMAGE: 'init:1' };

const CASES: Readonly<Record<string, readonly [string, string]>> = {
  'words of their own': ['kubectl -n NAMESPACE logs POD', 'kubectl -n bookstore logs web'],
  'the value of an option': ['debug POD --image=IMAGE -- id', 'debug web --image=init:1 -- id'],
  'the name behind a kind': ['trace pod/POD', 'trace pod/web'],
  'no headings of columns': [
    '-o custom-columns=NAMESPACE:.a,POD:.b',
    '-o custom-columns=NAMESPACE:.a,POD:.b',
  ],
  'no parts of words': ['POD_NAME PODS MYPOD', 'POD_NAME PODS MYPOD'],
};

describe('the placeholders of the documentation', () => {
  for (const [what, [command, filled]] of Object.entries(CASES)) {
    it(`are ${what}`, () => expect(filledIn(command, VALUES)).to.equal(filled));
  }
});
