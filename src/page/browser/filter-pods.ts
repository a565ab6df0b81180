/**
 * Shows the pods that the form asks for, and keeps what it asks in the page's address: `#pods?status=Discrepant&text=web`.
 *
 * Runs in the browser: its text goes into the page as it stands, so it uses nothing from outside itself.
 */
export function filterPods(): void {
  interface Entry {
    readonly row: HTMLTableRowElement;
    readonly table: HTMLElement;
    readonly name: string;
    readonly namespace: string;
    readonly status: string;
    readonly cases: readonly string[];
    readonly rules: string;
  }
  const FIELDS = ['text', 'status', 'code', 'namespace', 'case', 'rules'] as const;
  /** About that of a row, in pixels: what is not seen is not laid out, and has to be guessed. */
  const ROW_HEIGHT = 30;
  let entries: readonly Entry[] = [];

  const form = (): HTMLFormElement | null => document.querySelector('form#filter');

  const field = (name: string): { value: string } | undefined => {
    const element = form()?.elements.namedItem(name);
    return element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element : undefined;
  };

  const wanted = (name: (typeof FIELDS)[number]): string => field(name)?.value ?? '';

  const apply = (): void => {
    const text = wanted('text').trim().toLowerCase();
    const [status, code, namespace, one, rules] = [
      wanted('status'),
      wanted('code'),
      wanted('namespace'),
      wanted('case'),
      wanted('rules'),
    ];
    let shown = 0;
    const shownOf = new Map<HTMLElement, number>();
    for (const entry of entries) {
      const matches =
        (text === '' || entry.name.includes(text)) &&
        (status === '' || entry.status === status) &&
        (namespace === '' || entry.namespace === namespace) &&
        (code === '' || entry.cases.some((each) => each.split('-', 1)[0] === code)) &&
        (one === '' || entry.cases.includes(one)) &&
        (rules === '' || entry.rules === rules);
      entry.row.hidden = !matches;
      if (matches) shown += 1;
      shownOf.set(entry.table, (shownOf.get(entry.table) ?? 0) + (matches ? 1 : 0));
    }
    for (const [table, rows] of shownOf) {
      table.hidden = rows === 0;
      table.style.containIntrinsicBlockSize = `${(rows + 1) * ROW_HEIGHT}px`;
    }
    const output = form()?.elements.namedItem('shown');
    if (output instanceof HTMLOutputElement) {
      output.value = `${shown.toLocaleString('en')} of ${entries.length.toLocaleString('en')} pods`;
    }
    const nothing = document.getElementById('nothing');
    if (nothing !== null) nothing.hidden = shown > 0;
  };

  const readAddress = (): void => {
    if (!location.hash.startsWith('#pods')) return;
    const query = new URLSearchParams(location.hash.split('?')[1] ?? '');
    for (const name of FIELDS) {
      const element = field(name);
      if (element !== undefined) element.value = query.get(name) ?? '';
    }
    apply();
    if (query.size > 0) document.getElementById('pods')?.scrollIntoView();
  };

  const writeAddress = (): void => {
    const query = new URLSearchParams(
      FIELDS.flatMap((name) => (wanted(name) === '' ? [] : [[name, wanted(name)]])),
    );
    history.replaceState(null, '', query.size === 0 ? '#pods' : `#pods?${query.toString()}`);
    apply();
  };

  const collect = (): void => {
    entries = [...document.querySelectorAll<HTMLTableRowElement>('.pods tbody tr')].flatMap((row) => {
      const table = row.closest<HTMLElement>('.pods');
      if (table === null) return [];
      const namespace = row.cells[0]?.textContent ?? '';
      const { status = '', cases = '', rules = '' } = row.dataset;
      return [
        {
          row,
          table,
          name: `${namespace}/${row.cells[1]?.textContent ?? ''}`.toLowerCase(),
          namespace,
          status,
          cases: cases === '' ? [] : cases.split(' '),
          rules,
        },
      ];
    });
    apply();
  };

  document.addEventListener('input', (event) => {
    if (event.target instanceof Element && event.target.closest('#filter') !== null) writeAddress();
  });
  document.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('reset', () => {
    // The values are reset after the event; hidden fields are not at all.
    setTimeout(() => {
      for (const name of FIELDS) {
        const element = field(name);
        if (element !== undefined) element.value = '';
      }
      writeAddress();
    });
  });
  addEventListener('hashchange', readAddress);
  document.addEventListener('refreshed', collect);
  collect();
  readAddress();
}
