/**
 * The catalogue of faults.
 *
 * The bounds follow from the backoff of the informers, with the timings of controller.ts: after a fault the next try is at
 * most about as far away as the fault has lasted, and trying takes a second where nobody answers.
 */
import { ANSWER_FAULTS } from './catalogue/answers.ts';
import { CONNECTION_FAULTS } from './catalogue/connections.ts';
import { PROGRAM_FAULTS } from './catalogue/programs.ts';
import { READ_FAULTS } from './catalogue/reads.ts';
import { SURROUNDING_FAULTS } from './catalogue/surroundings.ts';
import type { Fault } from './fault.ts';

export const FAULTS: readonly Fault[] = [
  ...CONNECTION_FAULTS,
  ...READ_FAULTS,
  ...ANSWER_FAULTS,
  ...PROGRAM_FAULTS,
  ...SURROUNDING_FAULTS,
];
