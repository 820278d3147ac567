import { Refusal } from '../refusal.ts';
import { readPort, readPorts } from './ports.ts';

/** An option that is a port. */
export function readPortOption(option: string, text: string): number {
  const port = readPort(text);
  if (port !== undefined) return port;
  throw new Refusal(
    'option-invalid',
    `${option} '${text}' is no port`,
    'A port is a number from 1 to 65535.',
  );
}

/** An option that is a list of ports and ranges; may be empty. */
export function readPortsOption(option: string, text: string): number[] {
  const ports = readPorts(text);
  if (ports !== undefined) return ports;
  throw new Refusal(
    'option-invalid',
    `${option} '${text}' is no list of ports`,
    `Write it as in ${option} 25,10000-10010.`,
  );
}
