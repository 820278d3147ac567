import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { addRecord, removeRecord, type Zone } from './zones.ts';

/** A DNS provider of one's own, as lego calls it: https://go-acme.github.io/lego/dns/httpreq */
export function createHttpReq(zones: readonly Zone[]): Server {
  return createServer(async (request, response) => {
    const { fqdn, value } = (await json(request)) as { fqdn: string; value: string };
    const name = fqdn.replace(/\.$/, '');
    const zone = zones.find((one) => name.endsWith(`.${one.name}`));
    if (zone !== undefined && request.url === '/present')
      addRecord(zone, { type: 'TXT', name, content: value });
    if (zone !== undefined && request.url === '/cleanup')
      for (const one of zone.records.filter((record) => record.name === name)) removeRecord(zone, one.id);
    response.writeHead(zone === undefined ? 404 : 200).end();
  });
}
