/**
 * What iptables takes for the name of a chain.
 *
 * A chain may not be called like a target that the image has. Which those are depends on the image, so all that are known
 * are kept apart: the ones that every iptables has are refused, the others are not understood.
 */
import { isLongerThan } from './bytes.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';
import { showVariables } from './variables.ts';

/** Targets of iptables and of its usual additions: a chain may not be called like one that the image has. */
const EXTENSIONS = new Set(
  [
    'ACCEPT DROP RETURN QUEUE REDIRECT DNAT SNAT MASQUERADE LOG MARK',
    'AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNPT DSCP ECN ERROR HL HMARK IDLETIMER LED MIRROR',
    'NETMAP NFLOG NFQUEUE NOTRACK RATEEST REJECT SAME SECMARK SET SNPT SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY',
    'TRACE TTL ULOG ACCOUNT CHAOS DELUDE DHCPMAC DNETMAP ECHO IPMARK LOGMARK PROTO SYSRQ TARPIT standard',
  ].flatMap((line) => line.split(' ')),
);
/** These every iptables has. */
const CERTAIN = new Set([
  'ACCEPT',
  'DROP',
  'RETURN',
  'QUEUE',
  'REDIRECT',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'LOG',
  'MARK',
]);

/** @param isNew whether the command makes the chain: then more of the name is looked at */
export function checkChainName(chain: string, isNew: boolean): Reading<undefined> {
  if (isLongerThan(chain, 28)) {
    return refused(`chain name \`${showVariables(chain)}' too long (must be under 29 chars)`);
  }
  if (!isNew) return value(undefined);
  if (/^[-!]/.test(chain)) {
    return refused(`chain name not allowed to start with \`${chain.charAt(0)}'`);
  }
  if (CERTAIN.has(chain)) return refused('chain name may not clash with target name');
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(chain) && !mayBeExtension(chain)
    ? value(undefined)
    : notUnderstood(`the chain name ${JSON.stringify(showVariables(chain))}, which iptables may refuse`);
}

/** Whether the name may be a target of its own, which depends on the image. */
export function mayBeExtension(name: string): boolean {
  return EXTENSIONS.has(name);
}
