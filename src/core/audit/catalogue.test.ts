import { expect } from 'chai';
import { FINDING_CASES } from '../../testing/cases/all.ts';
import { audit } from './audit.ts';
import { catalogueEntry, FINDING_NAMES } from './catalogue.ts';
import { CONFIGURATION } from './catalogue/configuration.ts';
import { EXCLUSIONS } from './catalogue/exclusions.ts';
import { EXPOSURE } from './catalogue/exposure.ts';
import { INIT_CONTAINER } from './catalogue/init-container.ts';
import { LIVE } from './catalogue/live.ts';
import { MEMBERSHIP } from './catalogue/membership.ts';
import { NOTES } from './catalogue/notes.ts';
import { RULES } from './catalogue/rules.ts';
import { checkConfig } from './checks/config.ts';
import { configurationsOf } from './configurations.ts';
import type { Finding } from './finding.ts';
import type { AuditInput } from './judgement.ts';

/** The first digit of the codes of each file. */
const FILES = {
  1: MEMBERSHIP,
  2: INIT_CONTAINER,
  3: RULES,
  4: EXCLUSIONS,
  5: CONFIGURATION,
  6: EXPOSURE,
  7: LIVE,
  9: NOTES,
};

/** What is merely worth knowing of the configuration is told of it alone, all else of the pod. */
function findingsOf(input: AuditInput): readonly Finding[] {
  const ofConfiguration = configurationsOf(input.configs).flatMap(checkConfig);
  return [...audit(input).findings, ...ofConfiguration.filter(({ severity }) => severity === 'info')];
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inside of Object.values(value)) frozen(inside);
  return Object.freeze(value);
}

describe('the catalogue', () => {
  const entries = FINDING_NAMES.map((name) => ({ name, ...catalogueEntry(name) }));

  it('gives every finding a code of its own, in order', () => {
    const codes = entries.map(({ code }) => code);
    expect(codes).to.deep.equal([...new Set(codes)].sort());
    for (const code of codes) expect(code).to.match(/^OA[1-9][0-9]{2}$/);
  });

  it('has every finding in the file of its hundred, and no name in two of them', () => {
    for (const [hundred, file] of Object.entries(FILES)) {
      for (const [name, { code }] of Object.entries(file)) expect(code[2], name).to.equal(hundred);
    }
    expect(Object.values(FILES).flatMap((file) => Object.keys(file))).to.deep.equal(FINDING_NAMES);
  });

  it('names findings so that they can be reasons of conditions and Events', () => {
    for (const { name } of entries) expect(name).to.match(/^[A-Z][A-Za-z0-9]{1,127}$/);
  });

  it('says in full sentences what each is, means, comes from, shows in and needs', () => {
    for (const { name, title, meaning, cause, confirm, remedy } of entries) {
      for (const text of [title, meaning, cause, confirm.shows, remedy])
        expect(text, name).to.match(/^(?:[A-Z]|osm-|iptables|outbound_).*\.$/s);
    }
  });

  it('confirms each by one or two commands on a line, with no other placeholders than the known ones', () => {
    for (const { name, confirm } of entries) {
      expect(confirm.commands.length, name).to.be.within(1, 2);
      for (const command of confirm.commands) {
        expect(command, name).to.match(/^(?:kubectl|osm-auditor) .*[^ ]$/);
        const placeholders: readonly string[] = command.match(/\b[A-Z]{2,}\b/g) ?? [];
        expect(['NAMESPACE', 'POD', 'IMAGE'], name).to.include.members(placeholders);
        // The reader is not told of IMAGE anywhere else.
        if (placeholders.includes('IMAGE')) expect(confirm.shows, name).to.include('the image of osm-init');
      }
    }
  });

  it('never lets an info finding make a pod Discrepant', () => {
    for (const { name, severity, effect } of entries) {
      if (severity === 'info') expect(effect, name).to.not.equal('Discrepant');
    }
  });

  it('shows as an example what a case raises', () => {
    for (const { name, example } of entries) {
      const messages = Object.values(FINDING_CASES[name].raises).map(({ message }) => message);
      expect(messages, name).to.include(example);
    }
  });

  it('is judged by without changing what is judged, of which pods of one template share parts', () => {
    // What cannot be judged cannot be copied either.
    for (const { name } of entries.filter((each) => each.name !== 'JudgementFailed')) {
      for (const { input } of Object.values(FINDING_CASES[name].raises)) {
        expect(audit(frozen(structuredClone(input))), name).to.deep.equal(audit(input));
      }
    }
  });

  for (const { name, code } of entries) {
    const { raises, silent } = FINDING_CASES[name];

    it(`${code} ${name} has cases that raise it and cases that come close`, () => {
      expect(raises).to.not.be.empty;
      expect(silent).to.not.be.empty;
    });

    for (const [sentence, { input, message }] of Object.entries(raises)) {
      it(`${code} ${name} is raised ${sentence}`, () => {
        const found = findingsOf(input).filter((finding) => finding.name === name);
        expect(found.map((finding) => finding.message)).to.deep.equal([message]);
      });
    }

    for (const [sentence, input] of Object.entries(silent)) {
      it(`${code} ${name} is silent ${sentence}`, () => {
        expect(findingsOf(input).map((finding) => finding.name)).to.not.include(name);
      });
    }
  }
});
