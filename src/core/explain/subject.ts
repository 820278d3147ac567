/** What somebody asks about. */
export type Subject =
  | { readonly kind: 'host'; readonly host: string; readonly path: string }
  | { readonly kind: 'port'; readonly protocol: 'tcp' | 'udp'; readonly port: number }
  /** A service, a container or a repository. */
  | { readonly kind: 'name'; readonly name: string; readonly repository?: string };

/** A host or URL, `tcp-5432`, `tcp://host:5432` or `5432`, `service`, `repository/service`, or a container's name. */
export function readSubject(text: string): Subject {
  const [, protocol, port] =
    /^(?:(tcp|udp)(?:-|:\/\/(?:.*:)?))?(\d{1,5})$/.exec(text.replace(/\/$/, '')) ?? [];
  if (port !== undefined && Number(port) <= 65535)
    return { kind: 'port', protocol: protocol === 'udp' ? 'udp' : 'tcp', port: Number(port) };
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url !== null) return { kind: 'host', host: url.hostname, path: url.pathname };
  const [first = '', ...rest] = text.split('/');
  if (first.includes('.'))
    return {
      kind: 'host',
      host: first.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, ''),
      path: `/${rest.join('/')}`,
    };
  const name = rest.join('/');
  return name === '' ? { kind: 'name', name: first } : { kind: 'name', name, repository: first };
}
