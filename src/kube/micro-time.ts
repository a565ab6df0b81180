/** The API's MicroTime, as Events and Leases carry it: RFC 3339 with exactly six fraction digits, or the server refuses it. */
export function microTime(at: Date | number): string {
  return new Date(at).toISOString().replace(/Z$/, '000Z');
}
