/** The release of Traefik that is installed where none, or an older one, is found. */
export const TRAEFIK_VERSION = '3.7.15';

export type Architecture = 'x64' | 'arm64';

/** SHA-256 of the program itself, so that it does not matter which package it came in. */
export const TRAEFIK_SHA256: Readonly<Record<Architecture, string>> = {
  x64: '34bfdfa88e321ad496d829910c6145a0743eae09cdf290e3e114b137eb948e30',
  arm64: 'f5bfb83924e9645f74f4f89a3a186520ef5265d6d5422c011569dde93cd8c749',
};

/** The archive of the official release; the program is `traefik` in it. */
export function traefikArchiveUrl(architecture: Architecture): string {
  const name = architecture === 'x64' ? 'amd64' : 'arm64';
  return `https://github.com/traefik/traefik/releases/download/v${TRAEFIK_VERSION}/traefik_v${TRAEFIK_VERSION}_linux_${name}.tar.gz`;
}

/** The platform of the Python package that carries the same program. */
export function traefikWheelPlatform(architecture: Architecture): string {
  return `manylinux2014_${architecture === 'x64' ? 'x86_64' : 'aarch64'}`;
}
