import { expect } from 'chai';
import { readNftChains } from './nft-chains.ts';

const METAINFO = { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } };

/** As `family table name type hook prio`; three words are a chain that no hook calls. */
function listed(...chains: readonly string[]): string {
  const entries = chains.map((each) => {
    const [family, table, name, type, hook, prio] = each.split(' ');
    const base = type === undefined ? {} : { type, hook, prio: Number(prio), policy: 'accept' };
    return { chain: { family, table, name, handle: 1, ...base } };
  });
  return JSON.stringify({ nftables: [METAINFO, ...entries] });
}

const IPTABLES = [
  'ip nat PREROUTING nat prerouting -100',
  'ip nat INPUT nat input 100',
  'ip nat OUTPUT nat output -100',
  'ip nat POSTROUTING nat postrouting 100',
];

describe('the chains that nft lists', () => {
  const cases: Readonly<
    Record<string, readonly [chains: readonly string[], natTable: boolean, native: readonly string[]]>
  > = {
    'none at all': [[], false, []],
    'those of iptables-nft, and what it calls from them': [
      [...IPTABLES, 'ip nat OSM_PROXY_INBOUND'],
      true,
      [],
    ],
    'one in a table of family inet': [['inet mesh output nat output -110'], false, ['inet mesh output']],
    'one in another table of family ip': [['ip mesh output nat output -100'], false, ['ip mesh output']],
    'one in the table of iptables with a name that iptables does not give': [
      [...IPTABLES, 'ip nat extra nat output -90'],
      true,
      ['ip nat extra'],
    ],
    'one called as iptables does, at another priority': [
      ['ip nat OUTPUT nat output -90'],
      true,
      ['ip nat OUTPUT'],
    ],
    'one of IPv6, which sees no packet of IPv4': [['ip6 nat PREROUTING nat prerouting -100'], false, []],
    'one that filters': [['inet filter output filter output 0'], false, []],
    'one that no hook calls, elsewhere': [['inet mesh redirect'], false, []],
  };
  for (const [what, [chains, natTable, native]] of Object.entries(cases)) {
    it(`say where addresses are translated: ${what}`, () => {
      expect(readNftChains(listed(...chains))).to.deep.include({ natTable, native });
    });
  }

  it('are all of those in table ip nat, where it is about what iptables cannot show', () => {
    expect(readNftChains(listed(...IPTABLES, 'inet mesh output nat output 0'))?.inNatTable).to.deep.equal([
      'ip nat PREROUTING',
      'ip nat INPUT',
      'ip nat OUTPUT',
      'ip nat POSTROUTING',
    ]);
  });

  const refused: Readonly<Record<string, string>> = {
    'no JSON': 'Error: syntax error',
    nothing: '',
    'the half of it': listed(...IPTABLES).slice(0, -20),
    'another object': '{}',
    'a chain of another shape': '{"nftables":[{"chain":{"family":"inet","table":"mesh","type":"nat"}}]}',
    'a chain that is none': '{"nftables":[{"chain":null}]}',
    'a list with something else in it': '{"nftables":[null]}',
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`are not known from ${what}`, () => expect(readNftChains(text)).to.equal(undefined));
  }
});
