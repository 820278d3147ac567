/** Ports that a container has without saying so in a label, ascending: of the image's EXPOSE and the compose file's `expose`. */
export type Ports = { readonly tcp: readonly number[]; readonly udp: readonly number[] };
