import type { Command } from 'commander';
import type { Entry } from '../../core/entry.ts';

/** What rdc calls with files of its own. */
export function addCertificateCommands(cert: Command, { print }: Entry): void {
  cert
    .command('export')
    .description('prints all certificates with their keys, as Traefik keeps them')
    .addHelpText('after', '\nExample:\n  $ sudo renet cert export >certificates.json')
    .action(async () => {
      const { exportCertificates } = await import('./move.ts');
      await exportCertificates(print);
    });
  cert
    .command('import')
    .description('takes certificates from standard input: of each the one that is good for longest stays')
    .addHelpText('after', '\nExample:\n  $ sudo renet cert import <certificates.json')
    .action(async () => {
      const { importCertificates } = await import('./move.ts');
      await importCertificates(print);
    });
}
