import { expect } from 'chai';
import { shownWrongly } from './shown-output.ts';

const PRINTED = 'NAME   STATUS\nweb    Verified\ndb     Discrepant\n\n2 pods\n';

const CASES: Readonly<Record<string, { readonly shown: string; readonly says: string | undefined }>> = {
  'what is printed is right': { shown: PRINTED, says: undefined },
  'empty lines at the end do not count': { shown: `${PRINTED}\n\n`, says: undefined },
  'a line ... stands for lines in between': { shown: 'NAME   STATUS\n...\n2 pods', says: undefined },
  'a line ... may stand for none': {
    shown: 'NAME   STATUS\n...\nweb    Verified\ndb     Discrepant\n\n2 pods',
    says: undefined,
  },
  'a line ... at the end stands for the rest': { shown: 'NAME   STATUS\n...\n', says: undefined },
  '... at the end of a line stands for its rest': {
    shown: 'NAME ...\nweb    Verified\ndb ...\n\n2 pods',
    says: undefined,
  },
  'a line that is otherwise is wrong': {
    shown: PRINTED.replace('Verified', 'Unknown'),
    says: 'shows "web    Unknown" where it prints "web    Verified"',
  },
  'a line that comes later is wrong without ...': {
    shown: 'NAME   STATUS\ndb     Discrepant',
    says: 'shows "db     Discrepant" where it prints "web    Verified"',
  },
  'a line that is never printed is wrong behind ... too': {
    shown: 'NAME   STATUS\n...\n3 pods',
    says: 'shows "3 pods" where it prints "web    Verified"',
  },
  'lines in another order are wrong behind ... too': {
    shown: '...\n2 pods\nweb    Verified',
    says: 'shows "web    Verified" where it prints nothing',
  },
  'what is printed below must be shown': { shown: 'NAME   STATUS', says: 'does not show "web    Verified"' },
  'what begins otherwise than before ... is wrong': {
    shown: 'NAMES ...\n...',
    says: 'shows "NAMES ..." where it prints "NAME   STATUS"',
  },
};

describe('what a page shows of an output', () => {
  for (const [sentence, { shown, says }] of Object.entries(CASES)) {
    it(sentence, () => expect(shownWrongly(shown, PRINTED)).to.equal(says));
  }
});
